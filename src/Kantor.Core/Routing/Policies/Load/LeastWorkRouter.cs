using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Load;

/// <summary>
/// Join the queue with the fewest seconds of work in service order: the prompts that wait at the replica and the request's own, in full
/// steps beside the decodes that run there, by its step-time model. Unlike replicas are compared by time and not by counts.
/// </summary>
public sealed class LeastWorkRouter(LeastWorkOptions? options = null) : CostRouter(
    PolicySpec.Of("least-work", LeastWorkOptions.Keys, options ?? new LeastWorkOptions()).ToString(), ReadsOf(options))
{
    private readonly LeastWorkOptions _options = options ?? new LeastWorkOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the replica where the prompts before it and its own take the least time", "join the least work left (Winston, 1977, by counts)")
    {
        Model = "one server each, in order of arrival, work known when a request comes",
        Guarantee = "of equal servers, each request waits as it would in one common line (Kiefer and Wolfowitz, 1955)",
        Evidence = Evidence.Recalled,
        Cost = "O(endpoints), a step time each",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new PromptQueue(_options.CountsSent);

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        var before = ((PromptQueue)state).TokensBefore(fleet, place);
        var own = _options.CountsHits ? PromptQueue.Missing(request, fleet, place) : request.PromptTokens;
        return (before + own) * PromptTime.TokenUs(fleet, place, _options.StepTokens);
    }

    private protected override void Sent(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        if (_options.CountsHits) ((PromptQueue)state).Send(request, fleet, place);
    }

    private static Signals ReadsOf(LeastWorkOptions? options)
    {
        const Signals Work = Signals.Load | Signals.Work | Signals.Booked | Signals.StepTime;
        return options is { CountsHits: false } ? Work : Work | Signals.PrefixHits;
    }
}
