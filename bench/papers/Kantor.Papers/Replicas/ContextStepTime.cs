using Kantor.Core.StepTime;
using Kantor.Hardware.Published;

namespace Kantor.Papers.Replicas;

/// <summary>Yi-34B's linear part and attention, and 0.4 µs for every token of context read: long contexts are slow to decode.</summary>
internal sealed class ContextStepTime : IStepTimeModel
{
    private static readonly PiecewiseStepTime Yi = (PiecewiseStepTime)StepTimeProfiles.Yi34BA100Tp2.StepTime;

    public double StepUs(in StepLoad load) => load.IsEmpty
        ? 0
        : Yi.LinearUs.At(load.PrefillTokens + load.DecodeSequences) + (Yi.AttentionUs * load.PrefillAttention) + (0.4 * load.ResidentKvTokens);
}
