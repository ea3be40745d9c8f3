using Kantor.Simulation.Metrics;

namespace Kantor.Planning;

/// <summary>Share of requests within their objectives, with its 95 % interval over other requests of the same kind.</summary>
/// <param name="Requests">Requests that were simulated.</param>
/// <param name="Seeds">Runs that they come from.</param>
/// <param name="Mean">Share within the objectives.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end of the interval.</param>
public readonly record struct AttainmentEstimate(long Requests, int Seeds, double Mean, double Lower, double Upper)
{
    private const double NormalQuantile = 1.959963985;

    // Long groups of consecutive requests hardly depend on one another, and twenty of them tell their spread well enough.
    private const int GroupsWanted = 20;

    /// <summary>Half the interval, for showing.</summary>
    public double HalfWidth => (Upper - Lower) / 2;

    /// <summary>Whether the share itself reaches the target.</summary>
    public bool Meets(double target) => Mean >= target;

    /// <summary>Whether the whole interval lies on the same side of the target as the share.</summary>
    public bool IsSure(double target) => Meets(target) ? Lower >= target : Upper < target;

    /// <summary>
    /// From what became of the requests of each run, in order of arrival. The interval spans two: that of Wilson (1927), which takes
    /// requests as independent, and that of batch means (Law and Kelton, Simulation Modeling and Analysis, 9.5.3), which sees that requests
    /// that queue together miss together.
    /// </summary>
    /// <exception cref="ArgumentException">There are no requests.</exception>
    public static AttainmentEstimate Of(IReadOnlyList<bool[]> runs)
    {
        var requests = runs.Sum(run => (long)run.Length);
        if (requests == 0) throw new ArgumentException("There are no requests to judge by.", nameof(runs));
        var mean = (double)runs.Sum(run => run.LongCount(met => met)) / requests;
        var (lower, upper) = Wilson(mean, requests);
        var half = StudentT.HalfWidth95([.. runs.SelectMany(run => GroupsOf(run, runs.Count))]) ?? 0;
        return new AttainmentEstimate(
            requests, runs.Count, mean, Math.Max(0, Math.Min(lower, mean - half)), Math.Min(1, Math.Max(upper, mean + half)));
    }

    private static (double Lower, double Upper) Wilson(double mean, long requests)
    {
        var square = NormalQuantile * NormalQuantile / requests;
        var centre = (mean + (square / 2)) / (1 + square);
        var half = Math.Sqrt((mean * (1 - mean) * square) + (square * square / 4)) / (1 + square);
        return (centre - half, centre + half);
    }

    private static IEnumerable<double> GroupsOf(bool[] run, int runs)
    {
        var groups = Math.Clamp((GroupsWanted + runs - 1) / runs, 1, Math.Max(1, run.Length));
        for (var group = 0; group < groups; group++)
        {
            var (from, to) = ((int)((long)run.Length * group / groups), (int)((long)run.Length * (group + 1) / groups));
            yield return (double)run.AsSpan(from..to).Count(true) / (to - from);
        }
    }
}
