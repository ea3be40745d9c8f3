using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Clients;

/// <summary>
/// Requests are sent at their recorded times, whatever becomes of those before. The trace is read one request ahead of the clock.
/// </summary>
public sealed record OpenLoop : ClientLoop
{
    /// <inheritdoc/>
    public override void Validate()
    {
    }

    internal override RequestFlow NewFlow(ITraceSource source, IRequestSink sink) => new Flow(source, sink);

    private sealed class Flow(ITraceSource source, IRequestSink sink) : RequestFlow
    {
        private int _taken;

        public override void Begin() => TakeNext();

        public override void Sent(int request, long nowUs) => TakeNext();

        private void TakeNext()
        {
            if (source.TryNext(out var next)) sink.SendAt(next.ArrivalUs, _taken++, next);
        }
    }
}
