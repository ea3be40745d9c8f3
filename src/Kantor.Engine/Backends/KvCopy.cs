namespace Kantor.Engine.Backends;

/// <summary>
/// A copy of the KV of some positions of a sequence, outside the pool. What it consists of is known to the back end that made it alone.
/// </summary>
/// <remarks>Owner: whoever asked for it, who disposes it; not for two threads at once.</remarks>
public abstract class KvCopy : IDisposable
{
    /// <summary>Memory that it takes.</summary>
    public abstract long Bytes { get; }

    /// <summary>Frees the memory; a second call does nothing.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory.</summary>
    protected abstract void Dispose(bool disposing);
}
