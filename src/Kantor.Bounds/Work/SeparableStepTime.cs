using Kantor.Core.StepTime;

namespace Kantor.Bounds.Work;

/// <summary>
/// Step time from below, τ ≥ rest(chunk tokens, decodes) + κ·KV tokens read + α·query-key pairs: what is linear in a model is taken out of
/// it exactly, and the rest is looked at with the least that those tokens can read (docs/bounds.md, section 2).
/// </summary>
internal sealed class SeparableStepTime
{
    private readonly IStepTimeModel _model;
    private readonly Func<int, int, StepLoad> _leastLoad;

    private SeparableStepTime(IStepTimeModel model, double kvTokenUs, double attentionUs, Func<int, int, StepLoad> leastLoad) =>
        (_model, KvTokenUs, AttentionUs, _leastLoad) = (model, kvTokenUs, attentionUs, leastLoad);

    /// <summary>κ, microseconds.</summary>
    public double KvTokenUs { get; }

    /// <summary>α, microseconds per unit of <see cref="StepLoad.PrefillAttention"/>.</summary>
    public double AttentionUs { get; }

    public static SeparableStepTime Of(IStepTimeModel model) => model switch
    {
        LinearStepTime linear => new(model, linear.ResidentKvTokenUs, 0, (tokens, decodes) => new StepLoad(tokens, decodes, 0, 0)),
        PiecewiseStepTime tables => new(model, 0, tables.AttentionUs, (tokens, decodes) => new StepLoad(tokens, decodes, 0, 0)),

        // A decode reads a token at least, and c tokens of a chunk make c² ≥ c pairs.
        _ => new(model, 0, 0, (tokens, decodes) => new StepLoad(tokens, decodes, decodes, tokens)),
    };

    /// <summary>rest(…), microseconds.</summary>
    public double RestUs(int tokens, int decodes) => _model.StepUs(_leastLoad(tokens, decodes));
}
