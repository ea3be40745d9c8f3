using Kantor.Core.Kv;

namespace Kantor.Simulation.Replicas;

/// <summary>Copies over one link, each after the one before.</summary>
internal sealed class LinkQueue(KvLink link)
{
    private long _freeUs;

    /// <summary>Microseconds in which the link was copying.</summary>
    public long BusyUs { get; private set; }

    /// <summary>When a copy that is asked for now is done.</summary>
    public long EndUs(long nowUs, int tokens)
    {
        var copyUs = link.CopyUs(tokens);
        BusyUs += copyUs;
        return _freeUs = checked(Math.Max(nowUs, _freeUs) + copyUs);
    }
}
