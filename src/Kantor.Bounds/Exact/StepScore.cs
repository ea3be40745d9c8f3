using Kantor.Bounds.Facts;
using Kantor.Core.Objectives;

namespace Kantor.Bounds.Exact;

/// <summary>What a token earns when it comes, and whether a request is still worth serving.</summary>
internal abstract class StepScore
{
    /// <summary>Whether requests must be served to their end.</summary>
    public abstract bool MustServeAll { get; }

    /// <summary>
    /// What the token, counted from 1, earns that comes at a time; null when the request has lost its objective with it.
    /// </summary>
    public abstract double? Earned(in BoundRequest request, int token, in TokenTimes times, double nowUs);

    /// <summary>The most that requests can still earn that are not over.</summary>
    public abstract double MostOf(IEnumerable<BoundRequest> requests, double nowUs);

    /// <summary>Whether a request that has computed so many tokens can earn no more.</summary>
    public abstract bool IsLost(in BoundRequest request, int computed, double nowUs);

    /// <summary>What of the past the future depends on.</summary>
    public abstract TokenTimes Kept(int token, in TokenTimes times, double nowUs);
}

/// <summary>Times of a request's tokens, where they matter.</summary>
internal readonly record struct TokenTimes(double FirstUs, double LastUs);

/// <summary>The weight of a request that keeps its objectives, with its last token.</summary>
internal sealed class GoodputScore(SloSpec slo) : StepScore
{
    public override bool MustServeAll => false;

    public override double? Earned(in BoundRequest request, int token, in TokenTimes times, double nowUs)
    {
        var ageUs = nowUs - request.ArrivalUs;
        if (token == 1 && ageUs > slo.TtftUsMax) return null;
        if (token > 1 && nowUs - times.LastUs > slo.GapUsMax) return null;
        if (token < request.OutputTokens) return 0;
        var isTooSlow = token > 1 && (nowUs - times.FirstUs) / (token - 1) > slo.TpotUsMax;
        return ageUs > slo.E2eUsMax || isTooSlow ? null : request.Weight;
    }

    public override double MostOf(IEnumerable<BoundRequest> requests, double nowUs) => requests.Sum(request => request.Weight);

    public override bool IsLost(in BoundRequest request, int computed, double nowUs)
    {
        var ageUs = nowUs - request.ArrivalUs;
        return ageUs > slo.E2eUsMax || (computed < request.PromptTokens && ageUs > slo.TtftUsMax);
    }

    public override TokenTimes Kept(int token, in TokenTimes times, double nowUs) => new(
        slo.TpotUsMax is null ? 0 : token == 1 ? nowUs : times.FirstUs,
        slo.GapUsMax is null ? 0 : nowUs);
}

/// <summary>Minus the time to the first or to the last token.</summary>
internal sealed class LatencyScore(LatencyKind kind) : StepScore
{
    public override bool MustServeAll => true;

    public override double? Earned(in BoundRequest request, int token, in TokenTimes times, double nowUs) =>
        token == (kind == LatencyKind.Ttft ? 1 : request.OutputTokens) ? request.ArrivalUs - nowUs : 0;

    public override double MostOf(IEnumerable<BoundRequest> requests, double nowUs) => double.PositiveInfinity;

    public override bool IsLost(in BoundRequest request, int computed, double nowUs) =>
        kind == LatencyKind.Ttft && computed >= request.PromptTokens;

    public override TokenTimes Kept(int token, in TokenTimes times, double nowUs) => default;
}
