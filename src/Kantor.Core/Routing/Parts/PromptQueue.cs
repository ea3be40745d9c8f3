using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Routing.Parts;

/// <summary>
/// How much of the prompts that wait at a replica is to be computed, after hits. A replica reports whole prompts; which share of those sent
/// there was not cached, the router remembers, recent ones more.
/// </summary>
/// <param name="countsSent">Whether prompts sent since the last report count as waiting.</param>
internal class PromptQueue(bool countsSent = true) : PolicyState
{
    /// <summary>What the estimates read.</summary>
    public const Signals Reads = Signals.Load | Signals.Work | Signals.Booked | Signals.PrefixHits;

    /// <summary>Name and help of the option that sets whether what was sent counts.</summary>
    public static OptionKey<T> SentKey<T>(Func<T, bool> read, Func<T, bool, T> with)
        where T : class, new() => Option.Flag(
            "counts-sent", read, with,
            "whether prompts sent since the last report count as waiting; without, requests herd between reports");

    private const double Kept = 0.95;

    private readonly ByReplica<(double Prompt, double Missing)> _sent = new();

    /// <summary>Prompt tokens that are not cached at the endpoint; at least the last one.</summary>
    public static int Missing(RequestFacts request, in FleetView fleet, int place) =>
        Math.Max(1, request.PromptTokens - fleet.HitTokens[place]);

    /// <summary>
    /// Prompt tokens that come before a request that is sent to the endpoint now: those that wait there, and those sent since.
    /// </summary>
    public double TokensBefore(in FleetView fleet, int place)
    {
        var sentSince = countsSent ? fleet.BookedTokens[place] : 0;
        var prompts = Math.Max(0, fleet.QueuedTokens[place] - fleet.Endpoints[place].Running) + sentSince;
        var (prompt, missing) = _sent[fleet.Endpoints[place].Replica];
        return prompt > 0 ? prompts * missing / prompt : prompts;
    }

    /// <summary>The request goes there.</summary>
    public void Send(RequestFacts request, in FleetView fleet, int place)
    {
        ref var sent = ref _sent[fleet.Endpoints[place].Replica];
        sent = ((Kept * sent.Prompt) + request.PromptTokens, (Kept * sent.Missing) + Missing(request, fleet, place));
    }

    /// <inheritdoc/>
    public override void EndpointLeft(EndpointId endpoint) => _sent[endpoint.Value] = default;
}

/// <summary>How long prompts take by the endpoint's step-time model.</summary>
internal static class PromptTime
{
    /// <summary>Prompt tokens of a step, by which the time of a token of the queue is reckoned.</summary>
    public const int StepTokens = 2_048;

    /// <summary>Time of a prompt token in full steps of so many tokens, beside the decodes that run.</summary>
    public static double TokenUs(in FleetView fleet, int place, int stepTokens)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        var load = new StepLoad(stepTokens, endpoint.Running, endpoint.KvTokensUsed, (double)stepTokens * stepTokens);
        return fleet.StepTimes[place].StepUs(load) / stepTokens;
    }

    /// <summary>
    /// Time to the first token of a request that is sent to the endpoint now: the prompts before it, and what of its own is not cached.
    /// </summary>
    public static double FirstTokenUs(RequestFacts request, in FleetView fleet, int place, double tokensBefore)
    {
        var missing = PromptQueue.Missing(request, fleet, place);
        return (tokensBefore + missing) * TokenUs(fleet, place, StepTokens);
    }

    /// <summary>When the first token is due by the request's class, after its arrival; the usual time where it asks for none.</summary>
    public static long LimitUs(RequestFacts request, in FleetView fleet, int usualMs) =>
        fleet.ServiceClasses[request.Class].Slo.TtftUsMax ?? usualMs * 1000L;
}
