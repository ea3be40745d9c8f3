namespace Kantor.Hardware.Profiles;

/// <summary>
/// What a device takes for each operator of a decoder, fitted from measured tables. All times in microseconds on one device.
/// </summary>
public sealed record GpuProfile
{
    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>Names under which measured runs speak of this device.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>Where the figures come from.</summary>
    public required string Origin { get; init; }

    /// <summary>Licence of the tables, as an SPDX identifier.</summary>
    public required string Licence { get; init; }

    /// <summary>Bytes of device memory.</summary>
    public required double MemoryBytes { get; init; }

    /// <summary>Peak bytes of memory traffic per microsecond.</summary>
    public required double BytesPerUs { get; init; }

    /// <summary>Peak 16-bit matrix operations per microsecond; narrower formats are multiples of it.</summary>
    public required double FlopsPerUs { get; init; }

    /// <summary>Matrix products, one fit per format.</summary>
    public required IReadOnlyList<GemmFit> Gemm { get; init; }

    /// <summary>Attention of chunks: x is rows (tokens × heads), y is the mean of twice the keys per row.</summary>
    public required IReadOnlyList<AttentionFit> PrefillAttention { get; init; }

    /// <summary>Attention of decodes: x is sequences × key-value heads, y is the tokens read per sequence.</summary>
    public required IReadOnlyList<AttentionFit> DecodeAttention { get; init; }

    /// <summary>
    /// What decodes add to a step that also computes chunks, by the same amounts as <see cref="DecodeAttention"/>: kernels that do not pack
    /// the query heads of a group read the cache once per head there. Empty when the device's kernels do.
    /// </summary>
    public IReadOnlyList<AttentionFit> MixedDecodeAttention { get; init; } = [];

    /// <summary>
    /// How much longer decodes of uneven contexts take than as many of their mean context, from which the fits are: some compute units
    /// finish late. At least 1.
    /// </summary>
    public double UnevenDecodeFactor { get; init; } = 1;

    /// <summary>
    /// Routed experts, one fit per format of the weights and of what they are multiplied with; an engine takes the fastest that fits.
    /// </summary>
    public IReadOnlyList<ExpertFit> Experts { get; init; } = [];

    /// <summary>Latent-attention layers with their projections.</summary>
    public IReadOnlyList<LatentAttentionFit> LatentAttention { get; init; } = [];

    /// <summary>Sum over devices, result everywhere; one curve per number of devices, over elements of 16 bits.</summary>
    public IReadOnlyList<CollectiveFit> AllReduce { get; init; } = [];

    /// <summary>
    /// Gathering rows from all devices and adding results up where the rows came from, together; one curve per number of devices, over
    /// elements of 16 bits of all rows. Such pairs have no kernels of the engine's own, so that they take longer than one sum. Empty where
    /// unmeasured.
    /// </summary>
    public IReadOnlyList<CollectiveFit> GatherScatter { get; init; } = [];

    /// <summary>Norms, rotations, activations.</summary>
    public required ElementwiseFit Elementwise { get; init; }

    /// <summary>Sampling of the next tokens.</summary>
    public required SamplerFit Sampler { get; init; }

    /// <summary>Peak matrix operations per microsecond in a format. Formats that only store weights compute in 16 bits.</summary>
    public double PeakFlopsPerUs(NumberFormat format) => format switch
    {
        NumberFormat.Fp8 or NumberFormat.Fp8Block => 2 * FlopsPerUs,
        NumberFormat.Nvfp4 => 4 * FlopsPerUs,
        _ => FlopsPerUs,
    };
}

/// <summary>How far a fit is from the measured points that it was not made of.</summary>
/// <param name="Points">Points compared.</param>
/// <param name="Median">Median of |fitted / measured − 1|.</param>
/// <param name="P90">90th percentile of it.</param>
public sealed record FitError(int Points, double Median, double P90)
{
    /// <summary>The error of pairs.</summary>
    public static FitError Of(IReadOnlyCollection<(double Fitted, double Measured)> pairs)
    {
        if (pairs.Count == 0) return new FitError(0, 0, 0);
        var errors = pairs.Select(pair => Math.Abs((pair.Fitted / pair.Measured) - 1)).Order().ToArray();
        return new FitError(
            errors.Length, Math.Round(errors[errors.Length / 2], 4), Math.Round(errors[(int)(0.9 * (errors.Length - 1))], 4));
    }
}

/// <summary>Times of [m, k] × [k, n] products over m, for a set of (n, k).</summary>
/// <param name="Format">Format of the weights.</param>
/// <param name="M">Ascending m of every curve.</param>
/// <param name="Shapes">The curves.</param>
/// <param name="Error">Held-out error.</param>
public sealed record GemmFit(NumberFormat Format, IReadOnlyList<int> M, IReadOnlyList<GemmShape> Shapes, FitError Error);

/// <summary>One curve of a <see cref="GemmFit"/>.</summary>
/// <param name="N">Output width.</param>
/// <param name="K">Inner width.</param>
/// <param name="Us">Microseconds at each m.</param>
public sealed record GemmShape(int N, int K, IReadOnlyList<double> Us);

/// <summary>Microseconds over two amounts, bilinear in logarithms.</summary>
/// <param name="X">Ascending first amounts.</param>
/// <param name="Y">Ascending second amounts.</param>
/// <param name="Us">One row per x, one value per y.</param>
public sealed record GridFit(IReadOnlyList<double> X, IReadOnlyList<double> Y, IReadOnlyList<IReadOnlyList<double>> Us);

/// <summary>Attention of one head size.</summary>
/// <param name="HeadSize">Size of a head.</param>
/// <param name="KvFormat">Format of the cache.</param>
/// <param name="Group">Query heads per key-value head; 0 when pooled over all.</param>
/// <param name="Grid">Times.</param>
/// <param name="Error">Error over all measured points of the group.</param>
public sealed record AttentionFit(int HeadSize, NumberFormat KvFormat, int Group, GridFit Grid, FitError Error);

/// <summary>Routed experts over tokens, for a set of shapes.</summary>
/// <param name="Format">Format of the experts.</param>
/// <param name="Inputs">Format that the tokens are rounded to.</param>
/// <param name="Tokens">Ascending tokens of every curve.</param>
/// <param name="Shapes">The curves.</param>
/// <param name="Error">Held-out error: each tenth curve predicted from the others.</param>
public sealed record ExpertFit(
    NumberFormat Format, NumberFormat Inputs, IReadOnlyList<int> Tokens, IReadOnlyList<ExpertShape> Shapes, FitError Error);

/// <summary>One curve of an <see cref="ExpertFit"/>: what one device holds of a layer.</summary>
/// <param name="Hidden">Width of the residual stream.</param>
/// <param name="Inner">The device's part of an expert's inner width.</param>
/// <param name="TopK">Experts per token.</param>
/// <param name="Experts">Experts of the layer.</param>
/// <param name="LocalExperts">Experts on the device.</param>
/// <param name="Us">Microseconds at each number of tokens.</param>
public sealed record ExpertShape(int Hidden, int Inner, int TopK, int Experts, int LocalExperts, IReadOnlyList<double> Us);

/// <summary>A latent-attention layer with its projections.</summary>
/// <param name="Format">Format of the projections.</param>
/// <param name="KvFormat">Format of the cache.</param>
/// <param name="Heads">Heads on the device.</param>
/// <param name="Prefill">x is tokens, y is the mean of twice the keys per token.</param>
/// <param name="Decode">x is sequences, y is the tokens read per sequence.</param>
/// <param name="Error">Error over all measured points.</param>
public sealed record LatentAttentionFit(
    NumberFormat Format, NumberFormat KvFormat, int Heads, GridFit Prefill, GridFit Decode, FitError Error);

/// <summary>A collective over elements.</summary>
/// <param name="Devices">Number of devices.</param>
/// <param name="Elements">Ascending numbers of 16-bit elements.</param>
/// <param name="Us">Microseconds at each.</param>
public sealed record CollectiveFit(int Devices, IReadOnlyList<double> Elements, IReadOnlyList<double> Us);

/// <summary>Operators without matrix products: a constant each and a rate for the bytes that they move.</summary>
/// <param name="FloorUs">Microseconds of the smallest one.</param>
/// <param name="BytesPerUs">Bytes per microsecond of a large one.</param>
/// <param name="Error">Error over the measured points.</param>
public sealed record ElementwiseFit(double FloorUs, double BytesPerUs, FitError Error);

/// <summary>Sampling: a constant and a part per sampled row.</summary>
/// <param name="FloorUs">Microseconds of the first row.</param>
/// <param name="RowUs">Microseconds of each further one.</param>
public sealed record SamplerFit(double FloorUs, double RowUs);
