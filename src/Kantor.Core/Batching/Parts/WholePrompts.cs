using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Parts;

/// <summary>Helps planners that do not cut prompts, and those that keep blocks back when they admit.</summary>
internal static class WholePrompts
{
    /// <summary>
    /// Tokens to grant to a prompt that is not to be cut: all that are missing, or 0 when they do not fit the rest of the step. Only a
    /// prompt longer than a whole step is cut, because the limits of a step are the host's.
    /// </summary>
    public static int Chunk(in BatchView view, int missingTokens, int tokensLeft)
    {
        if (missingTokens <= tokensLeft) return missingTokens;
        return missingTokens > view.Limits.StepTokensMax ? tokensLeft : 0;
    }

    /// <summary>
    /// Blocks that an admission must leave available. None when the replica would otherwise compute nothing: the margin saves running
    /// requests from preemption, and there are none.
    /// </summary>
    public static int MarginBlocks(in BatchView view, BatchPlan plan, double watermark) =>
        view.Running.IsEmpty && plan.Grants.IsEmpty ? 0 : (int)(watermark * view.KvBlocksTotal);

    /// <summary>The option of a policy that says what share of the pool an admission leaves free.</summary>
    public static OptionKey<T> WatermarkKey<T>(Func<T, double> read, Func<T, double, T> with)
        where T : class, new() =>
        Option.Number("watermark", Interval.Below(0, 1), read, with, "share of the pool that an admission leaves free");

    /// <summary>Throws when a watermark is not a share of the pool.</summary>
    public static void ValidateWatermark(double watermark)
    {
        if (!(watermark is >= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(watermark), watermark, "A watermark is at least 0 and below 1.");
        }
    }
}
