using System.Globalization;
using Kantor.Core.Catalogue;

namespace Kantor.Cli.Compare;

/// <summary>
/// Values of options that are worth trying, and the search over them: one option after the other, each left at the best value that was
/// found, until all were tried once. It is given the figure of a policy and looks at nothing else.
/// </summary>
internal static class Tuning
{
    private static readonly double[] Factors = [0.25, 0.5, 2, 4];

    /// <summary>Tried for options that are usually off, as are none.</summary>
    private static readonly string[] Sizes = ["64", "256", "1024", "0.05", "0.2"];

    /// <summary>The best that was found, the policy as it was written if nothing is better.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="valueOf">The figure of a policy; null where a run fails.</param>
    /// <param name="isBetter">Whether one value is better than another.</param>
    public static ComparedPolicy Best(
        ComparedPolicy policy, Func<ComparedPolicy, double?> valueOf, Func<double, double, bool> isBetter)
    {
        var (best, bestValue) = (policy with { IsTuned = true }, valueOf(policy));
        foreach (var key in policy.Decision.OptionsOf(policy.Spec))
        {
            // What was written is meant.
            if (policy.Spec.Options.Any(option => option.Key == key.Name)) continue;
            foreach (var candidate in Candidates(best, key))
            {
                if (valueOf(candidate) is not { } value || (bestValue is { } known && !isBetter(value, known))) continue;
                (best, bestValue) = (candidate, value);
            }
        }

        return best;
    }

    /// <summary>The policy with other values of an option, none of which contradicts the others.</summary>
    public static IEnumerable<ComparedPolicy> Candidates(ComparedPolicy policy, OptionKey key) =>
        Values(key)
            .Where(value => value != key.Usual && key.Allows(value))
            .Select(value => PolicySpec.Of(
                policy.Spec.Name,
                [.. policy.Spec.Options.Where(option => option.Key != key.Name), new PolicyOption(key.Name, value)]))
            .Where(spec => policy.Decision.Contradiction(spec) is null)
            .Select(spec => policy with { Spec = spec });

    /// <summary>Words of the range, or numbers around the usual one.</summary>
    private static IEnumerable<string> Values(OptionKey key)
    {
        var words = key.Range.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).Where(word => !char.IsAsciiDigit(word[0]));
        if (!double.TryParse(key.Usual, NumberStyles.Float, CultureInfo.InvariantCulture, out var usual))
        {
            return words.Concat(Sizes).Distinct();
        }

        var isWhole = !key.Allows((usual + 0.5).ToString(CultureInfo.InvariantCulture)) && usual == Math.Truncate(usual);
        var around = usual == 0 ? Sizes : Factors.Select(factor => Number(isWhole ? Math.Round(usual * factor) : usual * factor));
        return around.Concat(words).Distinct();
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
