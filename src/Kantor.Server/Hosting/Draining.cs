namespace Kantor.Server.Hosting;

/// <summary>The way down: first no new work, then an end to the work in progress.</summary>
internal sealed class Draining : IDisposable
{
    /// <summary>How long requests have to say goodbye after the cut.</summary>
    public static readonly TimeSpan CutGrace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _cut = new();
    private volatile bool _hasBegun;

    /// <summary>Whether new work is refused.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Cancelled when work in progress must end now.</summary>
    public CancellationToken Cut => _cut.Token;

    public void Begin() => _hasBegun = true;

    public void CutNow()
    {
        _hasBegun = true;
        _cut.Cancel();
    }

    public void Dispose() => _cut.Dispose();
}
