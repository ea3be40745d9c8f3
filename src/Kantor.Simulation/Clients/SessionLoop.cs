using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Clients;

/// <summary>
/// Turns wait for one another (<see cref="TraceTurn"/>): the next turn of a session is sent its think time after the end of the turn
/// before. Requests without session, and first turns, are sent at their recorded times.
/// </summary>
/// <remarks>
/// <para>A turn without recorded think time keeps its recorded distance to the sending of the turn before, but is not sent before that has
/// ended.</para>
/// <para>The first turn of a sub-agent waits in the same way for the newest turn of its parent session that stands before it in the trace,
/// which launched it; how long after its end is known when the parent's next turn has a think time. A parent that the trace does not have
/// before it makes it a session like any other. What sub-agents take is part of their parent's recorded think time, so a parent does not
/// wait for them.</para>
/// <para>A session goes on after a turn that was refused, cancelled or failed, from the moment at which that was over for good.</para>
/// <para>The whole trace is held in memory, because a turn may have to be sent before its recorded time.</para>
/// </remarks>
public sealed record SessionLoop : ClientLoop
{
    /// <inheritdoc/>
    public override void Validate()
    {
    }

    internal override RequestFlow NewFlow(ITraceSource source, IRequestSink sink) => new Flow(source, sink);

    private sealed class Flow : RequestFlow
    {
        private readonly IRequestSink _sink;
        private readonly SessionLinks _links;
        private readonly long[] _sentUs;

        public Flow(ITraceSource source, IRequestSink sink)
        {
            var trace = new List<TraceRequest>();
            while (source.TryNext(out var request)) trace.Add(request);
            _sink = sink;
            _links = new SessionLinks(trace);
            _sentUs = new long[trace.Count];
        }

        public override void Begin()
        {
            foreach (var request in _links.First) _sink.SendAt(_links.Trace[request].ArrivalUs, request, _links.Trace[request]);
        }

        public override void Sent(int request, long nowUs) => _sentUs[request] = nowUs;

        public override void Ended(int request, long nowUs)
        {
            foreach (var next in _links.After(request)) _sink.SendAt(StartUs(next, request, nowUs), next, _links.Trace[next]);
        }

        private long StartUs(int next, int request, long endUs) => _links.ThinkUs(next) is { } thinkUs
            ? checked(endUs + thinkUs)
            : Math.Max(endUs, checked(_sentUs[request] + (_links.Trace[next].ArrivalUs - _links.Trace[request].ArrivalUs)));
    }
}
