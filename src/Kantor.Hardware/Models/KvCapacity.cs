using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Models;

/// <summary>How many KV tokens fit beside the weights (research notes, scheduling 4.2: what the engine measures at start-up).</summary>
public static class KvCapacity
{
    /// <summary>Bytes that one token's keys and values take on one device.</summary>
    public static double BytesPerToken(Deployment deployment)
    {
        var model = deployment.Model;
        var layers = model.Layers - model.SlidingLayers;
        var values = model.LatentAttention is { } latent
            ? latent.KvRank + latent.RopeSize
            : 2.0 * KvHeadsPerDevice(deployment) * model.HeadSize;
        return layers * values * deployment.KvFormat.Bytes();
    }

    /// <summary>Key-value heads that each device holds: heads are repeated when there are fewer than devices.</summary>
    public static int KvHeadsPerDevice(Deployment deployment) =>
        Math.Max(1, (deployment.Model.KvHeads + deployment.TensorParallel - 1) / deployment.TensorParallel);

    /// <summary>
    /// Bytes of weights on one device. Experts are divided among all devices, dense weights among those of one tensor-parallel group.
    /// </summary>
    public static double WeightBytes(Deployment deployment)
    {
        var model = deployment.Model;
        var dense = model.DenseParameters * deployment.WeightFormat.Bytes();
        var vocabulary = model.VocabularyParameters * NumberFormat.Bf16.Bytes();
        var experts = model.ExpertParameters * (deployment.ExpertFormat ?? deployment.WeightFormat).Bytes();
        return ((dense + vocabulary) / deployment.TensorParallel) + (experts / deployment.Devices);
    }

    /// <summary>
    /// Bytes of the largest step's activations on one device: residual, normed and attention streams in full, the feed-forward
    /// network's share, and the sampled rows' logits.
    /// </summary>
    public static double ActivationBytes(Deployment deployment)
    {
        var model = deployment.Model;
        var ffn = Math.Max(model.FfnSize, Math.Max(model.SharedFfnSize, model.ExpertsPerToken * model.ExpertFfnSize));
        var width = (4.0 * model.HiddenSize) + (3.0 * ffn / deployment.TensorParallel);
        return (2.0 * deployment.StepTokens * width) + (256 * 8.0 * model.VocabularySize / deployment.TensorParallel);
    }

    /// <summary>Bytes that the engine itself takes on one device.</summary>
    public static double EngineBytes(Deployment deployment) =>
        deployment.Engine.OverheadBytes + (deployment.Devices > 1 ? deployment.Engine.CollectiveBytes : 0);

    /// <summary>KV tokens that fit, over one tensor-parallel group.</summary>
    /// <exception cref="ArgumentException">The model does not fit the device; the message says by how much.</exception>
    public static long Tokens(Deployment deployment)
    {
        deployment.Validate();
        var usable = deployment.Gpu.MemoryBytes * deployment.Engine.MemoryShare;
        var free = usable - WeightBytes(deployment) - ActivationBytes(deployment) - EngineBytes(deployment);
        var tokens = Math.Floor(free / BytesPerToken(deployment));
        if (tokens >= deployment.Engine.BlockSizeTokens) return (long)tokens;
        throw new ArgumentException(
            $"{deployment.Model.Name} in {deployment.WeightFormat.Name()} needs {WeightBytes(deployment) / (1L << 30):F1} GiB of weights "
            + $"per device at tensor-parallel {deployment.TensorParallel}; "
            + $"{deployment.Gpu.Name} offers {usable / (1L << 30):F1} GiB, too little for any KV.");
    }
}
