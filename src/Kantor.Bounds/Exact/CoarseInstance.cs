using Kantor.Bounds.Facts;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;

namespace Kantor.Bounds.Exact;

/// <summary>How much of the real thing a coarse instance takes as one.</summary>
/// <param name="Requests">Requests that one stands for: as much work a token, as much memory.</param>
/// <param name="Steps">Steps that are one step, and so decodes that are one decode.</param>
/// <param name="Tokens">Prompt tokens, and KV tokens, that are one token.</param>
public readonly record struct CoarseScale(int Requests, int Steps, int Tokens);

/// <summary>
/// A few consecutive requests of a trace and the fleet that serves them, made so coarse that the best schedule can be found exactly: one
/// request stands for several, one step for many, one token for hundreds. Arrivals, time and load of the machine stay as they are.
/// </summary>
/// <param name="Requests">The requests, all of weight 1 and without cached prefixes.</param>
/// <param name="Fleet">One replica.</param>
/// <param name="Slo">The objectives; gaps are those between coarse decodes.</param>
/// <param name="Scale">What is taken as one.</param>
public sealed record CoarseInstance(IReadOnlyList<BoundRequest> Requests, FleetFacts Fleet, SloSpec Slo, CoarseScale Scale)
{
    private const int PromptUnits = 2;
    private const int PromptUnitsMax = 4;
    private const int DecodeUnits = 5;
    private const int DecodeUnitsMax = 10;

    /// <summary>
    /// Instances of equally many requests, evenly spread over a trace; fewer where the trace is shorter.
    /// </summary>
    /// <param name="requests">The trace, in order of arrival.</param>
    /// <param name="fleet">The fleet; of several replicas one is kept, with its share of the requests.</param>
    /// <param name="slo">The objectives.</param>
    /// <param name="count">How many instances, at least 1.</param>
    /// <param name="size">Requests of each, 1 to <see cref="StepOptimum.RequestsMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static IReadOnlyList<CoarseInstance> Of(
        IReadOnlyList<BoundRequest> requests, FleetFacts fleet, SloSpec slo, int count, int size = 4)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, StepOptimum.RequestsMax);
        return requests.Count < size * fleet.Replicas ? [] : Spread(requests, fleet, slo, count, size);
    }

    private static CoarseInstance[] Spread(
        IReadOnlyList<BoundRequest> requests, FleetFacts fleet, SloSpec slo, int count, int size)
    {
        var scale = ScaleOf(requests, fleet, size);
        var apart = scale.Requests * fleet.Replicas;
        var span = apart * size;
        count = Math.Min(count, requests.Count / span);
        var (coarse, slack) = (Coarse(fleet, scale, Growth(requests, scale)), requests.Count - span);
        CoarseInstance At(int first) => new(
            [.. Enumerable.Range(0, size).Select(index => Coarse(requests[first + (index * apart)], scale, requests[first].ArrivalUs))],
            coarse, Coarse(slo, scale), scale);
        return [.. Enumerable.Range(0, count).Select(index => At((int)((long)slack * index / Math.Max(1, count - 1))))];
    }

    /// <summary>Prompts and answers of a few units each; half of the requests under way at once, were each served alone.</summary>
    private static CoarseScale ScaleOf(IReadOnlyList<BoundRequest> requests, FleetFacts fleet, int size)
    {
        var tokens = Math.Max(1, (int)(requests.Average(request => request.FreshTokens) / PromptUnits));
        var steps = Math.Max(1, (int)(requests.Average(request => request.Decodes) / DecodeUnits));
        var aloneUs = steps * DecodeUnits * fleet.StepTime.StepUs(new(0, Math.Min(fleet.Limits.RunningMax, 32), 0, 0));
        var spanUs = Math.Max(1, requests[^1].ArrivalUs - requests[0].ArrivalUs);
        var underWay = aloneUs * requests.Count / spanUs / fleet.Replicas;
        var most = Math.Min(fleet.Limits.RunningMax, requests.Count / (size * fleet.Replicas));
        return new CoarseScale((int)Math.Clamp(Math.Round(2 * underWay / size), 1, most), steps, tokens);
    }

    /// <summary>
    /// KV that coarse requests hold in the mean, relative to what they stand for: a coarse decode adds a whole token.
    /// </summary>
    private static double Growth(IReadOnlyList<BoundRequest> requests, CoarseScale scale)
    {
        var (coarse, real) = (0.0, 0.0);
        foreach (var request in requests)
        {
            var small = Coarse(request, scale, 0);
            coarse += small.FreshTokens + (small.Decodes / 2.0);
            real += (request.FreshTokens + (request.Decodes / 2.0)) / scale.Tokens;
        }

        return coarse / real;
    }

    private static BoundRequest Coarse(in BoundRequest request, CoarseScale scale, long originUs)
    {
        var prompt = Math.Clamp((int)Math.Round((double)request.FreshTokens / scale.Tokens), 1, PromptUnitsMax);
        var decodes = request.Decodes == 0 ? 0 : Math.Clamp((int)Math.Round((double)request.Decodes / scale.Steps), 1, DecodeUnitsMax);
        return new BoundRequest(Math.Max(0, request.ArrivalUs - originUs), prompt, 1 + decodes);
    }

    private static FleetFacts Coarse(FleetFacts fleet, CoarseScale scale, double growth)
    {
        var running = Math.Max(1, fleet.Limits.RunningMax / scale.Requests);
        var prompts = (long)fleet.Limits.StepTokensMax * scale.Steps / ((long)scale.Tokens * scale.Requests);
        return new FleetFacts
        {
            Replicas = 1,
            StepTime = new CoarseStepTime(fleet.StepTime, scale),
            Limits = new BatchLimits { StepTokensMax = (int)Math.Clamp(prompts, 1, 1_000_000) + running, RunningMax = running },
            // Every request must fit.
            KvTokens = Math.Max(
                PromptUnitsMax + DecodeUnitsMax, (long)(growth * fleet.KvTokens / ((double)scale.Requests * scale.Tokens))),
        };
    }

    private static SloSpec Coarse(SloSpec slo, CoarseScale scale) =>
        slo with { GapUsMax = slo.GapUsMax * scale.Steps, TpotUsMax = slo.TpotUsMax * scale.Steps };
}
