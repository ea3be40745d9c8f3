using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;
using Kantor.Core.StepTime;

namespace Kantor.Core.Routing.Policies.Blends;

/// <summary>
/// PRISM, the router's layer of SynergySched (arXiv 2509.23384; ELRAR in its authors' code): the highest sum of four scores from 0 to 1,
/// a short predicted step, little that waits for the replica's capacity, short work there, and the session's last replica. The layer in the
/// replica is the batch policy <c>lens</c>.
/// </summary>
/// <remarks>
/// step = max(0, 1 − predicted step / gap objective); wait = 1 − tanh(seconds of prompts that wait ÷ scale); mode = 1, ½ or 0 for fewer
/// than 256, up to 1024, and more prompt tokens by request that waits; session = 1 for the replica of its last turn within 300 s. What
/// engines report there, a predicted step and their peak, comes from the step-time model here.
/// </remarks>
public sealed class PrismRouter(PrismOptions? options = null) : CostRouter(
    PolicySpec.Of("prism", PrismOptions.Keys, options ?? new PrismOptions()).ToString(),
    Signals.Load | Signals.Work | Signals.Booked | Signals.StepTime)
{
    private const long SessionUs = 300_000_000;

    private readonly PrismOptions _options = options ?? new PrismOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the highest sum of four scores: predicted step, seconds that wait, short work, the session's last replica",
        "SynergySched (NexusSched), arXiv 2509.23384, its PRISM")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints), two step times each",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new Memory();

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        var booked = _options.CountsSent ? fleet.BookedTokens[place] : 0;
        var tokens = Math.Max(0, fleet.QueuedTokens[place] - endpoint.Running) + booked;
        var load = new StepLoad(0, endpoint.Running + 1, endpoint.KvTokensUsed, 0);
        var step = Math.Max(0, 1 - (fleet.StepTimes[place].StepUs(load) / GapUs(request, fleet)));
        var waitS = tokens * PromptTime.TokenUs(fleet, place, PromptTime.StepTokens) / 1e6;
        var wait = 1 - Math.Tanh(waitS * 1e3 / _options.ScaleMs);
        var isLast = ((Memory)state).WasLast(request, endpoint.Replica, fleet.NowUs);
        return -(step + wait + Mode((double)tokens / Math.Max(1, endpoint.Waiting)) + (isLast ? _options.SessionWeight : 0));
    }

    private protected override void Sent(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        if (request.Session is { } session) ((Memory)state).Last.Set(session, (fleet.Endpoints[place].Replica, fleet.NowUs));
    }

    private static double Mode(double tokensPerRequest) => tokensPerRequest switch { < 256 => 1, <= 1024 => 0.5, _ => 0 };

    private double GapUs(RequestFacts request, in FleetView fleet)
    {
        SloSpec slo = fleet.ServiceClasses[request.Class].Slo;
        return slo.GapUsMax ?? slo.TpotUsMax ?? (_options.GapMs * 1000L);
    }

    private sealed class Memory : PolicyState
    {
        public RecentSessions<(int Replica, long AtUs)> Last { get; } = new();

        public bool WasLast(RequestFacts request, int replica, long nowUs) =>
            request.Session is { } session && Last.TryGet(session, out var last) && last.Replica == replica
            && nowUs - last.AtUs <= SessionUs;
    }
}
