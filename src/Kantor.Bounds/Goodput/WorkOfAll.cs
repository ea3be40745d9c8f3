using Kantor.Core.Objectives;
using Kantor.Core.StepTime;

namespace Kantor.Bounds.Goodput;

/// <summary>The machine time that requests must have and where it must lie, in buckets.</summary>
internal sealed record WorkOfAll(PricedWork[] Works, double[] Weights, int Buckets, long BucketUs)
{
    private const int WindowBuckets = 8;

    /// <summary>The work of requests; a request that is late even alone is worth nothing, and work that may lie anywhere costs nothing.</summary>
    public static WorkOfAll Of(
        IReadOnlyList<BoundRequest> requests, BoundFleet fleet, StepMinorant minorant, GoodputBoundOptions options)
    {
        var spans = new List<(int Request, double FromUs, double ToUs, double Us)>();
        var weights = new double[requests.Count];
        for (var index = 0; index < weights.Length; index++)
        {
            var request = requests[index];
            ArgumentOutOfRangeException.ThrowIfLessThan(request.PromptTokens, 1);
            ArgumentOutOfRangeException.ThrowIfLessThan(request.OutputTokens, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(request.HitTokensMax, request.PromptTokens);
            if (AddSpans(spans, index, request, fleet, minorant, options.AnswerPieces)) weights[index] = request.Weight;
        }

        var horizonUs = spans.Select(span => span.ToUs).DefaultIfEmpty(1).Max();
        // Wide enough for most windows to be several buckets; the narrow windows of last tokens may be less than one.
        var usualUs = requests.Min(request => (double?)request.Limits.TtftUsMax ?? request.Limits.E2eUsMax ?? horizonUs);
        var bucketUs = (long)Math.Max(Math.Ceiling(horizonUs / options.BucketsMax), Math.Max(1, Math.Min(usualUs, horizonUs) / WindowBuckets));
        var buckets = (int)(horizonUs / bucketUs) + 1;
        var works = spans.Select(span => new PricedWork(
            span.Request, (int)Math.Max(0, span.FromUs / bucketUs), (int)Math.Min(buckets - 1, span.ToUs / bucketUs), span.Us));
        return new WorkOfAll([.. works], weights, buckets, bucketUs);
    }

    /// <summary>False when the request is late even when it is served alone at once.</summary>
    private static bool AddSpans(
        List<(int Request, double FromUs, double ToUs, double Us)> spans, int index, in BoundRequest request, BoundFleet fleet,
        StepMinorant minorant, int pieces)
    {
        var limits = request.Limits;
        var prompt = request.PromptTokens - request.HitTokensMax;
        var aloneUs = AlonePromptUs(fleet, minorant, prompt);
        var stepUs = fleet.StepTime.StepUs(new StepLoad(0, 1, request.PromptTokens, 0));
        var firstUs = Math.Min(limits.TtftUsMax ?? double.PositiveInfinity, limits.E2eUsMax ?? double.PositiveInfinity);
        if (aloneUs > firstUs || stepUs > SlowestGapUs(limits, request.OutputTokens)) return false;
        if (aloneUs + ((request.OutputTokens - 1) * stepUs) > EndUs(limits, request.OutputTokens - 1)) return false;
        Add(spans, index, request.ArrivalUs, request.ArrivalUs + firstUs, minorant.PrefillUs(prompt));
        for (var piece = 0; piece < pieces; piece++)
        {
            var (from, to) = (1 + Share(request.OutputTokens - 1, piece, pieces), 1 + Share(request.OutputTokens - 1, piece + 1, pieces));
            if (from == to) continue;
            Add(
                spans,
                index,
                request.ArrivalUs + aloneUs + ((from - 1) * stepUs),
                request.ArrivalUs + EndUs(limits, to - 1),
                minorant.DecodeUs(request.PromptTokens, from, to));
        }

        return true;
    }

    private static int Share(int tokens, int piece, int pieces) => (int)((long)tokens * piece / pieces);

    private static void Add(
        List<(int Request, double FromUs, double ToUs, double Us)> spans, int index, double fromUs, double toUs, double us)
    {
        if (us > 0 && double.IsFinite(toUs)) spans.Add((index, fromUs, toUs, us));
    }

    /// <summary>No gap may be longer, and with a mean gap not all of them.</summary>
    private static double SlowestGapUs(SloSpec limits, int outputTokens) => outputTokens < 2
        ? double.PositiveInfinity
        : Math.Min(limits.GapUsMax ?? double.PositiveInfinity, limits.TpotUsMax ?? double.PositiveInfinity);

    /// <summary>After the arrival, by when generated token <paramref name="token"/>, the first being 0, must be there at the latest.</summary>
    private static double EndUs(SloSpec limits, int token)
    {
        var endUs = limits.E2eUsMax ?? double.PositiveInfinity;
        if (limits.TtftUsMax is not { } ttftUs) return endUs;
        if (limits.GapUsMax is { } gapUs) endUs = Math.Min(endUs, ttftUs + ((double)token * gapUs));
        return endUs;
    }

    /// <summary>
    /// A prompt alone on a machine takes as many steps as its tokens need at least, each of them the fixed part of a linear model; of any other what
    /// the minorant says, and as many of the shortest steps.
    /// </summary>
    private static double AlonePromptUs(BoundFleet fleet, StepMinorant minorant, int tokens)
    {
        var steps = Math.Ceiling((double)tokens / fleet.Limits.StepTokensMax);
        if (fleet.StepTime is LinearStepTime linear) return (steps * linear.FixedUs) + (tokens * linear.PrefillTokenUs);
        var shortestUs = Math.Min(fleet.StepTime.StepUs(new StepLoad(1, 0, 0, 0)), fleet.StepTime.StepUs(new StepLoad(0, 1, 0, 0)));
        return Math.Max(minorant.PrefillUs(tokens), steps * shortestUs);
    }
}
