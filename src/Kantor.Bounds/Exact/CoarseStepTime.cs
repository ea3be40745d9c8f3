using Kantor.Core.StepTime;

namespace Kantor.Bounds.Exact;

/// <summary>As many steps as one step, over which what is computed is spread evenly, in units of a <see cref="CoarseScale"/>.</summary>
internal sealed class CoarseStepTime(IStepTimeModel model, CoarseScale scale) : IStepTimeModel
{
    /// <inheritdoc/>
    public double StepUs(in StepLoad load)
    {
        if (load.IsEmpty) return 0;
        var (tokens, all) = ((double)scale.Tokens, (double)scale.Requests);
        var prefillKv = load.PrefillKvTokens * tokens * all / scale.Steps;
        var each = new StepLoad(
            (int)Math.Ceiling(load.PrefillTokens * tokens * all / scale.Steps),
            load.DecodeSequences * scale.Requests,
            (long)((load.DecodeKvTokens * tokens * all) + prefillKv),
            load.PrefillAttention * tokens * tokens * all / scale.Steps,
            (long)prefillKv);
        return scale.Steps * model.StepUs(each);
    }
}
