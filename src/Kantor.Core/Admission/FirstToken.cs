using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;

namespace Kantor.Core.Admission;

/// <summary>When the first token of a request is due, and how soon it can be there.</summary>
internal static class FirstToken
{
    /// <summary>What the questions below read.</summary>
    public const Signals Reads = Signals.Load | Signals.StepTime | Signals.TierHits;

    /// <summary>The latest moment that keeps the objectives of its class; null when they ask for none.</summary>
    public static long? DueUs(RequestFacts request, in FleetView fleet)
    {
        var slo = fleet.ServiceClasses[request.Class].Slo;
        var limitUs = slo.TtftUsMax is { } ttftUs && slo.E2eUsMax is { } e2eUs ? Math.Min(ttftUs, e2eUs) : slo.TtftUsMax ?? slo.E2eUsMax;
        return request.ArrivalUs + limitUs;
    }

    /// <summary>
    /// Time from now to its first token at the endpoint if it came before all others: its prompt but for what is cached there or in a tier,
    /// in one step that holds nothing else. No host is faster while steps only take longer by being cut or shared.
    /// </summary>
    public static double LeastUs(RequestFacts request, in FleetView fleet, int place)
    {
        var missing = Missing(request, fleet, place);
        return fleet.StepTimes[place].StepUs(default(StepLoad).With(missing, request.PromptTokens - missing, isDecode: false));
    }

    /// <summary>Prompt tokens that are not cached at the endpoint or in a tier; at least the last one.</summary>
    public static int Missing(RequestFacts request, in FleetView fleet, int place) =>
        Math.Max(1, request.PromptTokens - fleet.TierHitTokens[place]);
}
