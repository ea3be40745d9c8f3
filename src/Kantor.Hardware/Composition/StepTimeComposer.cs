using Kantor.Core.StepTime;
using Kantor.Hardware.Models;

namespace Kantor.Hardware.Composition;

/// <summary>
/// Composes the step time of a deployment from the operators of its device: per layer the attention projections, attention, the
/// feed-forward network or the experts, two norms, and under tensor parallelism two sums over the devices; then the sampled rows.
/// </summary>
public static class StepTimeComposer
{
    private const int SequenceOctaves = 14;
    private const int KvTokenOctaves = 28;
    private const int ChunkTokenOctaves = 18;
    private const int AttentionOctaves = 40;

    /// <summary>The step time of a deployment.</summary>
    /// <exception cref="ArgumentException">The deployment is impossible, or its device has no table for something that it
    /// needs.</exception>
    public static ComposedStepTime Compose(Deployment deployment)
    {
        deployment.Validate();
        var layers = LayerCost.Of(deployment);
        var sampled = new SampledCost(deployment);
        var attention = AttentionCost.Of(deployment);
        var engine = deployment.Engine;
        return new ComposedStepTime
        {
            TokensUs = new TokenTable(layers.Us, Math.Max(deployment.StepTokens, 4096)),
            ExpertsUs = layers.HasExperts
                ? new TokenTable(layers.ExpertsUs, Math.Max(deployment.StepTokens, 4096) * deployment.DataParallel)
                : null,
            Groups = deployment.DataParallel,
            SampledUs = new TokenTable(sampled.Us, TokenTable.ExactMax),
            DecodeAttentionUs = new OctaveGrid(attention.DecodeUs, SequenceOctaves, KvTokenOctaves),
            MixedDecodeAttentionUs = new OctaveGrid(attention.MixedDecodeUs, SequenceOctaves, KvTokenOctaves),
            PrefillAttentionUs = new OctaveGrid(attention.PrefillUs, ChunkTokenOctaves, AttentionOctaves),
            HostUs = engine.HostUs,
            HostSequenceUs = engine.HostSequenceUs,
            HostOverlaps = engine.HostOverlaps,
            PrefillFloorUs = engine.PrefillLayerFloorUs * deployment.Model.Layers,
        };
    }
}
