namespace Kantor.Hardware.Models;

/// <summary>A decoder given by its shape: everything that its cost depends on, and nothing else.</summary>
public sealed record ModelShape
{
    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>Decoder layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key-value heads; ignored by latent attention.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Size of a head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Inner width of a dense layer's feed-forward network; 0 when every layer has experts.</summary>
    public int FfnSize { get; init; }

    /// <summary>Whether the feed-forward network has a gate, so three matrices rather than two.</summary>
    public bool GatedFfn { get; init; } = true;

    /// <summary>Experts of a layer that has them; 0 for a dense model.</summary>
    public int Experts { get; init; }

    /// <summary>Experts that each token visits.</summary>
    public int ExpertsPerToken { get; init; }

    /// <summary>Inner width of one expert.</summary>
    public int ExpertFfnSize { get; init; }

    /// <summary>Inner width of the experts that every token visits, together.</summary>
    public int SharedFfnSize { get; init; }

    /// <summary>Whether queries and keys are normed head by head.</summary>
    public bool NormsHeads { get; init; }

    /// <summary>Leading layers that are dense although the model has experts.</summary>
    public int DenseLayers { get; init; }

    /// <summary>Size of the vocabulary.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Whether the vocabulary projection is the embedding table.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Shape of latent attention; null for grouped-query attention.</summary>
    public LatentAttentionShape? LatentAttention { get; init; }

    /// <summary>Tokens that a sliding-window layer looks back at; null when no layer slides.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Layers with a sliding window.</summary>
    public int SlidingLayers { get; init; }

    /// <summary>Layers with experts.</summary>
    public int ExpertLayers => Experts == 0 ? 0 : Layers - DenseLayers;

    /// <summary>Weights of one layer's attention.</summary>
    public long AttentionParameters
    {
        get
        {
            if (LatentAttention is not { } latent) return (long)HiddenSize * HeadSize * ((2 * Heads) + (2 * KvHeads));
            var query = ((long)HiddenSize * latent.QueryRank) + ((long)latent.QueryRank * Heads * (latent.NopeSize + latent.RopeSize));
            var keyValue = ((long)HiddenSize * (latent.KvRank + latent.RopeSize))
                + ((long)latent.KvRank * Heads * (latent.NopeSize + latent.ValueSize));
            return query + keyValue + ((long)Heads * latent.ValueSize * HiddenSize);
        }
    }

    /// <summary>Weights of the routed experts of all layers.</summary>
    public long ExpertParameters => ExpertLayers * (long)Experts * FfnParameters(ExpertFfnSize);

    /// <summary>Weights of all layers but for the routed experts and the norms.</summary>
    public long DenseParameters =>
        (Layers * AttentionParameters)
        + ((Layers - ExpertLayers) * FfnParameters(FfnSize))
        + (ExpertLayers * (FfnParameters(SharedFfnSize) + ((long)HiddenSize * Experts)));

    /// <summary>Weights of the embedding and of the vocabulary projection.</summary>
    public long VocabularyParameters => (TiedEmbeddings ? 1L : 2L) * VocabularySize * HiddenSize;

    /// <summary>All weights but norms and biases, which are some thousandths of a percent.</summary>
    public long Parameters => DenseParameters + ExpertParameters + VocabularyParameters;

    /// <summary>Weights of a feed-forward network of that inner width.</summary>
    public long FfnParameters(int innerSize) => (GatedFfn ? 3L : 2L) * HiddenSize * innerSize;

    /// <summary>Throws when the shape contradicts itself, naming the field.</summary>
    /// <exception cref="ArgumentException">A size is out of range.</exception>
    public void Validate()
    {
        foreach (var (value, field) in new[]
        {
            (Layers, nameof(Layers)), (HiddenSize, nameof(HiddenSize)), (Heads, nameof(Heads)), (KvHeads, nameof(KvHeads)),
            (HeadSize, nameof(HeadSize)), (VocabularySize, nameof(VocabularySize)),
        })
        {
            if (value < 1) throw new ArgumentException($"{Name}: {field} is {value}; it must be at least 1.");
        }

        if (Heads % KvHeads != 0) throw new ArgumentException($"{Name}: {Heads} heads cannot share {KvHeads} key-value heads evenly.");
        if (Experts > 0 && (ExpertsPerToken < 1 || ExpertsPerToken > Experts || ExpertFfnSize < 1))
        {
            throw new ArgumentException(
                $"{Name}: {nameof(ExpertsPerToken)} is 1 to {nameof(Experts)}, and {nameof(ExpertFfnSize)} at least 1.");
        }

        if (DenseLayers < 0 || DenseLayers > Layers) throw new ArgumentException($"{Name}: {nameof(DenseLayers)} is 0 to {Layers}.");
        if (ExpertLayers < Layers && FfnSize < 1) throw new ArgumentException($"{Name}: dense layers need {nameof(FfnSize)}.");
        if (SlidingLayers < 0 || SlidingLayers > Layers || (SlidingLayers > 0 && SlidingWindow is not > 0))
        {
            throw new ArgumentException($"{Name}: {nameof(SlidingLayers)} is 0 to {Layers} and needs a {nameof(SlidingWindow)}.");
        }
    }
}

/// <summary>
/// Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1): keys and values are stored as one latent vector a token.
/// </summary>
/// <param name="QueryRank">Rank of the query projection.</param>
/// <param name="KvRank">Size of the latent vector.</param>
/// <param name="NopeSize">Size of a head's part without position.</param>
/// <param name="RopeSize">Size of the shared part with position.</param>
/// <param name="ValueSize">Size of a head's value.</param>
public sealed record LatentAttentionShape(int QueryRank, int KvRank, int NopeSize, int RopeSize, int ValueSize);
