using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Clients;

/// <summary>
/// A fixed number of users share the trace: each sends the next request that nobody has sent when its last one is over and it has thought.
/// All send their first at time 0; recorded times and sessions are not used.
/// </summary>
/// <remarks>So throughput × (response time + think time) = users while requests last.</remarks>
public sealed record UserLoop : ClientLoop
{
    /// <summary>Users, 1 to 1,000,000.</summary>
    public required int Users { get; init; }

    /// <summary>Microseconds between the end of a user's request and its next one, at least 0.</summary>
    public long ThinkUs { get; init; }

    /// <inheritdoc/>
    public override void Validate()
    {
        if (Users is < 1 or > 1_000_000) throw new ArgumentOutOfRangeException(nameof(Users), Users, "There are 1 to 1000000 users.");
        if (ThinkUs is < 0 or > TenantSpec.UsMax)
        {
            throw new ArgumentOutOfRangeException(nameof(ThinkUs), ThinkUs, $"A user thinks 0 to {TenantSpec.UsMax} us.");
        }
    }

    internal override RequestFlow NewFlow(ITraceSource source, IRequestSink sink) => new Flow(this, source, sink);

    private sealed class Flow(UserLoop loop, ITraceSource source, IRequestSink sink) : RequestFlow
    {
        private int _taken;

        public override void Begin()
        {
            for (var user = 0; user < loop.Users; user++) TakeNext(0);
        }

        public override void Ended(int request, long nowUs) => TakeNext(checked(nowUs + loop.ThinkUs));

        private void TakeNext(long atUs)
        {
            if (source.TryNext(out var next)) sink.SendAt(atUs, _taken++, next);
        }
    }
}
