using System.Globalization;
using Kantor.Core.Objectives;
using Kantor.Reports.Comparisons;
using Kantor.Reports.Runs;

namespace Kantor.Cli.Compare;

/// <summary>
/// Finds the knee by doubling and halving the rate until it lies between, and then by bisection of its logarithm. Under goodput it is the
/// highest rate at which the baseline keeps the objectives of so many requests; under anything else, at which its mean time to the end is
/// at most so many times that of a nearly idle fleet.
/// </summary>
internal static class KneeSearch
{
    /// <summary>Share of the requests, by weight, that is within the objectives at the knee.</summary>
    public const double AttainmentMin = 0.9;

    /// <summary>How many times as long as on a nearly idle fleet an answer takes at the knee.</summary>
    public const double SlowdownMax = 2;

    private const int DoublingsMax = 24;
    private const int Bisections = 5;

    /// <summary>The knee; null when there is none between 2^−24 and 2^24 times the recorded rate.</summary>
    /// <param name="objective">What runs are judged by.</param>
    /// <param name="run">A run of the baseline at a rate scale.</param>
    public static Knee? Find(Objective objective, Func<double, RunReport> run)
    {
        var isGoodput = objective.Terms.Any(term => term is GoodputTerm);
        var idleMs = isGoodput ? null : run(Math.Pow(2, -DoublingsMax)).E2e?.MeanMs;
        bool DoesWell(double scale) => run(scale) is var report && (isGoodput
            ? report.SloAttainment >= AttainmentMin
            : report.E2e?.MeanMs <= SlowdownMax * idleMs);
        if (Bracket(DoesWell) is not var (low, high)) return null;
        for (var turn = 0; turn < Bisections; turn++)
        {
            var middle = Math.Sqrt(low * high);
            if (DoesWell(middle)) low = middle;
            else high = middle;
        }

        return new Knee(low, null, Rule(isGoodput));
    }

    private static (double Low, double High)? Bracket(Func<double, bool> doesWell)
    {
        var scale = 1.0;
        var up = doesWell(scale);
        for (var turn = 0; turn < DoublingsMax; turn++)
        {
            var next = up ? scale * 2 : scale / 2;
            if (doesWell(next) != up) return up ? (scale, next) : (next, scale);
            scale = next;
        }

        return null;
    }

    private static string Rule(bool isGoodput) => isGoodput
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"the highest rate at which the baseline keeps {AttainmentMin * 100:0} % of the requests within the objectives, to 2 %")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"the highest rate at which the baseline takes at most {SlowdownMax:0} times as long to the end as an idle fleet, to 2 %");
}
