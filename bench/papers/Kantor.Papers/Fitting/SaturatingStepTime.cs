namespace Kantor.Papers.Fitting;

/// <summary>
/// The structural predictor of arXiv 2509.23384: T(B, S) = τ0 + (w0 + w1·S)/Thr(B, S) + τB·B + τS·S in milliseconds, B sequences and S
/// tokens, where throughput Thr saturates in both: Pmax·(1 − exp(−kB·B))·(1 − exp(−kS·S)). Pmax only scales w0 and w1.
/// </summary>
internal sealed record SaturatingStepTime(double SequenceRate, double TokenRate, IReadOnlyList<double> Coefficients)
{
    // Rates of each kind that are tried in a round of the search.
    private const int GridSteps = 12;

    public double Ms(StepSample step) => Columns(step, SequenceRate, TokenRate).Zip(Coefficients).Sum(pair => pair.First * pair.Second);

    /// <summary>
    /// The least sum of squared errors. Once kB and kS are given the rest is linear, so both are searched on a grid and then around its best
    /// point.
    /// </summary>
    public static SaturatingStepTime Fit(IReadOnlyList<StepSample> steps)
    {
        double[] times = [.. steps.Select(step => step.Ms)];
        // From hardly saturating at 256 sequences and 2,048 tokens to saturated by one of them.
        var (sequences, tokens, width) = (Math.Sqrt(1e-4 * 10), Math.Sqrt(1e-5 * 1), Math.Log(1e5) / 2);
        for (var round = 0; round < 4; round++)
        {
            (sequences, tokens) = Around(sequences, tokens, width).MinBy(rates => NonNegativeFit.Of(Rows(steps, rates), times).Squares);
            width /= 5;
        }

        return new SaturatingStepTime(sequences, tokens, NonNegativeFit.Of(Rows(steps, (sequences, tokens)), times).Coefficients);
    }

    private static IEnumerable<(double Sequences, double Tokens)> Around(double sequences, double tokens, double width)
    {
        double[] factors = [.. Enumerable.Range(0, GridSteps).Select(step => Math.Exp(width * ((2.0 * step / (GridSteps - 1)) - 1)))];
        return from one in factors from other in factors select (sequences * one, tokens * other);
    }

    private static double[][] Rows(IReadOnlyList<StepSample> steps, (double Sequences, double Tokens) rates) =>
        [.. steps.Select(step => Columns(step, rates.Sequences, rates.Tokens))];

    private static double[] Columns(StepSample step, double sequenceRate, double tokenRate)
    {
        var throughput = (1 - Math.Exp(-sequenceRate * step.Sequences)) * (1 - Math.Exp(-tokenRate * step.Tokens));
        return [1, 1 / throughput, step.Tokens / throughput, step.Sequences, step.Tokens];
    }
}
