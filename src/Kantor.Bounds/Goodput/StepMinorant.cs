using Kantor.Core.Batching;
using Kantor.Core.StepTime;

namespace Kantor.Bounds.Goodput;

/// <summary>
/// Machine time that no step can do with less of: a linear function of what is in a step that is nowhere above its duration, so that the durations
/// of all steps together are at least the sum over all tokens. What a step takes anyway is spread over as many tokens as a step can have.
/// </summary>
/// <param name="PrefillTokenUs">Microseconds of a prompt token.</param>
/// <param name="DecodeTokenUs">Microseconds of a generated token but the first.</param>
/// <param name="KvTokenUs">Microseconds of a KV token that a decode reads.</param>
public readonly record struct StepMinorant(double PrefillTokenUs, double DecodeTokenUs, double KvTokenUs)
{
    // Between two points of the grid the load is taken for the larger and the duration for the smaller one.
    private const double GridRatio = 1.02;
    private const int SlopesTried = 64;

    /// <summary>Machine time of a prompt of which so many tokens were found cached.</summary>
    public double PrefillUs(int tokens) => PrefillTokenUs * tokens;

    /// <summary>Machine time of the generated tokens from number <paramref name="from"/> up to <paramref name="to"/>, the first being 0, after a
    /// prompt; the first comes with the prompt and is not among them.</summary>
    public double DecodeUs(int promptTokens, int from, int to)
    {
        // Token k is computed after the prompt and the k − 1 generated tokens before the one that it computes.
        var tokens = (double)(to - from);
        var read = (tokens * promptTokens) + (((double)(from + to - 1) / 2 - 1) * tokens);
        return (DecodeTokenUs * tokens) + (KvTokenUs * read);
    }

    /// <summary>
    /// The largest minorant for a workload of so many prompt and generated tokens. Of a linear model exact (the fixed part goes to decodes alone or
    /// to all tokens alike, whichever proves more); of any other monotone model on a grid, with no part for KV.
    /// </summary>
    public static StepMinorant Of(IStepTimeModel model, BatchLimits limits, double promptTokens, double decodeTokens)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(limits);
        var decodesMax = Math.Min(limits.RunningMax, limits.StepTokensMax);
        return model is LinearStepTime linear
            ? OfLinear(linear, limits.StepTokensMax, decodesMax, promptTokens, decodeTokens)
            : OfGrid(model, limits.StepTokensMax, decodesMax, promptTokens, decodeTokens);
    }

    private static StepMinorant OfLinear(LinearStepTime model, int stepTokensMax, int decodesMax, double promptTokens, double decodeTokens)
    {
        var (alike, toDecodes) = (model.FixedUs / stepTokensMax, model.FixedUs / decodesMax);
        var spreadsAlike = alike * (promptTokens + decodeTokens) >= toDecodes * decodeTokens;
        return new StepMinorant(
            model.PrefillTokenUs + (spreadsAlike ? alike : 0),
            model.DecodeSequenceUs + (spreadsAlike ? alike : toDecodes),
            model.ResidentKvTokenUs);
    }

    private static StepMinorant OfGrid(IStepTimeModel model, int stepTokensMax, int decodesMax, double promptTokens, double decodeTokens)
    {
        var (prompts, decodes) = (Grid(stepTokensMax), Grid(decodesMax));
        var duration = new double[prompts.Length, decodes.Length];
        for (var i = 0; i < prompts.Length; i++)
        {
            for (var j = 0; j < decodes.Length; j++) duration[i, j] = model.StepUs(new StepLoad(prompts[i], decodes[j], 0, 0));
        }

        var steepest = Slope(prompts, duration);
        var best = new StepMinorant(0, 0, 0);
        for (var turn = 0; turn <= SlopesTried; turn++)
        {
            var slope = steepest * turn / SlopesTried;
            var tried = new StepMinorant(slope, DecodeSlope(slope, prompts, decodes, duration, stepTokensMax), 0);
            if (Proves(tried) > Proves(best)) best = tried;
        }

        return best;

        double Proves(StepMinorant minorant) => (minorant.PrefillTokenUs * promptTokens) + (minorant.DecodeTokenUs * decodeTokens);
    }

    /// <summary>The largest slope over prompt tokens alone.</summary>
    private static double Slope(int[] prompts, double[,] duration)
    {
        var least = double.PositiveInfinity;
        for (var i = 1; i < prompts.Length; i++) least = Math.Min(least, DurationAt(i - 1, 0, duration) / prompts[i]);
        return least;
    }

    private static double DecodeSlope(double slope, int[] prompts, int[] decodes, double[,] duration, int stepTokensMax)
    {
        var least = double.PositiveInfinity;
        for (var i = 0; i < prompts.Length; i++)
        {
            for (var j = 1; j < decodes.Length && (i == 0 || prompts[i - 1] + decodes[j - 1] <= stepTokensMax); j++)
            {
                // The cell's largest load against its smallest duration.
                var smallest = i == 0 ? DurationAt(0, j - 1, duration) : DurationAt(i - 1, j - 1, duration);
                least = Math.Min(least, (smallest - (slope * prompts[i])) / decodes[j]);
            }
        }

        return Math.Max(0, least);
    }

    /// <summary>Duration at a grid point; that of the empty step is what a step of one decode takes, which is the least that a cell beside it holds.
    /// </summary>
    private static double DurationAt(int prompt, int decode, double[,] duration) => prompt == 0 && decode == 0
        ? Math.Min(duration[1, 0], duration[0, 1])
        : duration[prompt, decode];

    /// <summary>0, 1 and on by the ratio, up to the largest.</summary>
    private static int[] Grid(int most)
    {
        var points = new List<int> { 0 };
        for (var point = 1; point < most; point = Math.Max(point + 1, (int)(point * GridRatio))) points.Add(point);
        points.Add(most);
        return [.. points];
    }
}
