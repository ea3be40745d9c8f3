namespace Kantor.Workloads.Generators;

/// <summary>A synthetic open-loop workload: arrivals by a law, independent lengths, prompts that may begin alike.</summary>
public sealed record WorkloadSpec
{
    /// <summary>Requests, at least 1.</summary>
    public required int Requests { get; init; }

    /// <summary>When requests come.</summary>
    public required ArrivalLaw Arrivals { get; init; }

    /// <summary>Law of prompt lengths.</summary>
    public required LengthLaw PromptLength { get; init; }

    /// <summary>Law of output lengths.</summary>
    public required LengthLaw OutputLength { get; init; }

    /// <summary>Families of prompts that begin alike; null when every content is unknown.</summary>
    public PrefixFamilies? Prefixes { get; init; }

    /// <summary>
    /// Chat as in the Sarathi-Serve paper's ShareGPT sample (arXiv 2403.02310, table 2, by its percentiles): prompts lognormal with median
    /// 1730, outputs about 450.
    /// </summary>
    public static WorkloadSpec Chat(int requests, double? ratePerS) => new()
    {
        Requests = requests,
        Arrivals = AtRate(ratePerS),
        PromptLength = new LognormalLength(1730, 0.93, 16, 7500),
        OutputLength = new NormalLength(450, 200, 8, 900),
    };

    /// <summary>Summaries of long papers (arXiv 2403.02310, table 2): prompts lognormal with median 7059, outputs about 215.</summary>
    public static WorkloadSpec Papers(int requests, double? ratePerS) => new()
    {
        Requests = requests,
        Arrivals = AtRate(ratePerS),
        PromptLength = new LognormalLength(7059, 0.48, 500, 15_500),
        OutputLength = new NormalLength(215, 90, 1, 600),
    };

    /// <summary>A Poisson process; everything at time 0 for null.</summary>
    public static ArrivalLaw AtRate(double? ratePerS) => ratePerS is { } rate ? new PoissonArrivals(rate) : new ArrivalsAtOnce();

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Requests, 1);
        Arrivals.Validate();
        Prefixes?.Validate();
    }
}

/// <summary>
/// Prompts of one family begin with the same blocks (system prompts, documents). Family k of n is chosen with a probability in proportion
/// to k^−<paramref name="ZipfExponent"/>; its prefix has 1 to <paramref name="BlocksMax"/> blocks of 512 tokens, never a whole prompt.
/// </summary>
/// <param name="Count">Families, at least 1.</param>
/// <param name="ZipfExponent">Skew of popularity; 0 for none.</param>
/// <param name="BlocksMax">Longest prefix in blocks, at least 1.</param>
public sealed record PrefixFamilies(int Count, double ZipfExponent, int BlocksMax)
{
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BlocksMax, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(ZipfExponent);
    }
}
