namespace Kantor.Engine.Loop;

/// <summary>Told everything, does nothing.</summary>
internal sealed class NullObserver : IEngineObserver
{
    public static readonly NullObserver Instance = new();
}
