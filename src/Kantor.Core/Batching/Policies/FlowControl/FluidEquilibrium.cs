namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// The fluid equilibrium of a replica whose step takes d0 + d1·(KV tokens in the batch) (arXiv 2504.11320; research notes, theory 3.6):
/// what is in memory, how long a step takes, and how many of a class are in each stage when everything flows evenly.
/// </summary>
/// <param name="WorkRate">A, the sum over classes of rate · (l' + 1)(l + l'/2), in KV tokens by microsecond.</param>
/// <param name="BaseUs">d0, microseconds of a step without KV.</param>
/// <param name="TokenUs">d1, microseconds that a KV token adds.</param>
public readonly record struct FluidEquilibrium(double WorkRate, double BaseUs, double TokenUs)
{
    /// <summary>Whether there is one: otherwise no policy is stable.</summary>
    public bool Exists => TokenUs * WorkRate < 1;

    /// <summary>Step time in equilibrium, DT* = d0/(1 − d1·A), in microseconds.</summary>
    public double StepUs => BaseUs / (1 - (TokenUs * WorkRate));

    /// <summary>KV tokens in equilibrium, M* = d0·A/(1 − d1·A).</summary>
    public double MemoryTokens => StepUs * WorkRate;

    /// <summary>KV token-steps of a request of a class with inputs of l and outputs of l' tokens: (l' + 1)(l + l'/2).</summary>
    public static double TokensOf(double input, double output) => (output + 1) * (input + (output / 2));
}
