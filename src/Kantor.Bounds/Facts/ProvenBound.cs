namespace Kantor.Bounds.Facts;

/// <summary>A figure that no policy passes, and on what that rests.</summary>
/// <param name="Name">Which bound it is.</param>
/// <param name="Value">The figure, in <paramref name="Unit"/>.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="IsUpper">Whether policies stay at or below it; else at or above.</param>
/// <param name="Assumptions">What must hold of policies and fleet, one sentence each.</param>
/// <param name="Steps">
/// How the figure came about: what each relaxation alone leaves, from the crudest to <paramref name="Value"/>, in the same unit.
/// </param>
public sealed record ProvenBound(
    string Name, double Value, string Unit, bool IsUpper, IReadOnlyList<string> Assumptions, IReadOnlyList<BoundStep> Steps)
{
    /// <summary>Unit of bounds of goodput.</summary>
    public const string WeightUnit = "weight of requests within their objectives";

    /// <summary>Unit of bounds of mean latencies.</summary>
    public const string SecondsUnit = "seconds, mean over all requests";

    /// <summary>
    /// Share of the best possible that a run has proved, at most 1: reached ÷ bound, and bound ÷ reached for a latency. Null where one is
    /// not above 0.
    /// </summary>
    /// <param name="reached">What the run reached, in the bound's unit.</param>
    public double? RatioOf(double reached) => Ratio(reached, Value, IsUpper);

    /// <summary>The same of any figure that runs reach and the best that there is; null where one is not above 0.</summary>
    public static double? Ratio(double reached, double best, bool isUpper) =>
        !(reached > 0 && best > 0) ? null : isUpper ? reached / best : best / reached;
}

/// <summary>A figure on the way to a bound.</summary>
/// <param name="Name">What is taken into account up to here.</param>
/// <param name="Value">The bound so far.</param>
public readonly record struct BoundStep(string Name, double Value);
