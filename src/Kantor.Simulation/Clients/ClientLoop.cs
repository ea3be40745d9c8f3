using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Clients;

/// <summary>What makes clients send their next request: the clock (open loop) or the end of the one before (closed loop).</summary>
public abstract record ClientLoop
{
    private protected ClientLoop()
    {
    }

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public abstract void Validate();

    /// <summary>The requests of one run.</summary>
    internal abstract RequestFlow NewFlow(ITraceSource source, IRequestSink sink);
}

/// <summary>Takes requests that are to be sent at a time from now on.</summary>
internal interface IRequestSink
{
    /// <summary>The request of this number, which no other request has, is to be sent then.</summary>
    void SendAt(long atUs, int request, in TraceRequest truth);
}

/// <summary>Hands out each request of a source once. Numbers are places in the trace.</summary>
internal abstract class RequestFlow
{
    /// <summary>The run begins, at time 0.</summary>
    public abstract void Begin();

    /// <summary>A request was sent for the first time.</summary>
    public virtual void Sent(int request, long nowUs)
    {
    }

    /// <summary>A request is over, in whatever way, and will not be tried again.</summary>
    public virtual void Ended(int request, long nowUs)
    {
    }
}
