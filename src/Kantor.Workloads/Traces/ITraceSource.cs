namespace Kantor.Workloads.Traces;

/// <summary>
/// Requests one after another, in order of arrival, each given once. A run takes one ahead of the clock, so that a trace need not lie in
/// memory.
/// </summary>
/// <remarks>Owner: one thread, one run.</remarks>
public interface ITraceSource
{
    /// <summary>Requests in all; null when that is not known beforehand.</summary>
    int? Count { get; }

    /// <summary>The next request; false at the end.</summary>
    /// <exception cref="TraceException">A trace that is read on the way is malformed.</exception>
    bool TryNext(out TraceRequest request);
}
