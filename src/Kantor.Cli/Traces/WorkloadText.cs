using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Kantor.Workloads.Generators;

namespace Kantor.Cli.Traces;

/// <summary>Laws as people type them: a name, a colon, numbers with commas between.</summary>
internal static class WorkloadText
{
    public const string ArrivalsHelp =
        "poisson, gamma:CV, weibull:CV, on-off:ON_S,OFF_S (mean phases; nothing in OFF), diurnal:AMPLITUDE,PERIOD_S or at-once";

    public const string LengthHelp = "lognormal:MEDIAN,SIGMA,MIN,MAX, normal:MEAN,DEVIATION,MIN,MAX or constant:N";

    private const double TokensMax = 10_000_000;

    public static bool TryParseArrivals(string typed, double ratePerS, [NotNullWhen(true)] out ArrivalLaw? law, out string error)
    {
        law = Split(typed) switch
        {
            ("poisson", []) => new PoissonArrivals(ratePerS),
            ("at-once", []) => new ArrivalsAtOnce(),
            ("gamma", [var cv]) => new GammaArrivals(ratePerS, cv),
            ("weibull", [var cv]) => new WeibullArrivals(ratePerS, cv),
            ("on-off", [var onS, var offS]) => new OnOffArrivals(ratePerS * (onS + offS) / onS, 0, onS, offS),
            ("diurnal", [var amplitude, var periodS]) => new DiurnalArrivals(ratePerS, amplitude, periodS),
            _ => null,
        };
        error = law is null ? $"'{typed}' is not known; known are {ArrivalsHelp}" : "";
        try
        {
            law?.Validate();
        }
        catch (ArgumentOutOfRangeException exception)
        {
            error = $"'{typed}': {exception.Message.Split(" (Parameter", 2)[0].TrimEnd('.')}";
            law = null;
        }

        return law is not null;
    }

    public static bool TryParseLength(string typed, [NotNullWhen(true)] out LengthLaw? law, out string error)
    {
        law = Split(typed) switch
        {
            ("lognormal", [var median and > 0, var sigma and >= 0 and <= 10, var min, var max]) when AreLengths(min, max) =>
                new LognormalLength(median, sigma, (int)min, (int)max),
            ("normal", [var mean, var deviation and >= 0, var min, var max]) when AreLengths(min, max) =>
                new NormalLength(mean, deviation, (int)min, (int)max),
            ("constant", [var tokens]) when AreLengths(tokens, tokens) => new ConstantLength((int)tokens),
            _ => null,
        };
        error = law is null
            ? $"'{typed}' is no law of lengths; known are {LengthHelp}, with whole lengths from 1 to {TokensMax}, MIN not above MAX, "
                + "MEDIAN above 0 and SIGMA from 0 to 10"
            : "";
        return law is not null;
    }

    public static bool TryParsePrefixes(string typed, [NotNullWhen(true)] out PrefixFamilies? families, out string error)
    {
        var numbers = Split("families:" + typed).Numbers;
        families = numbers is [var count and >= 1 and <= 1_000_000, var zipf and >= 0 and <= 10, var blocks and >= 1 and <= 10_000]
            && count == Math.Floor(count) && blocks == Math.Floor(blocks)
            ? new PrefixFamilies((int)count, zipf, (int)blocks)
            : null;
        error = families is null
            ? $"'{typed}' must be N,ZIPF,BLOCKS: families from 1 to 1000000, an exponent from 0 to 10, blocks from 1 to 10000, such as "
                + "24,1.0,3"
            : "";
        return families is not null;
    }

    private static bool AreLengths(double min, double max) =>
        min >= 1 && max <= TokensMax && min <= max && min == Math.Floor(min) && max == Math.Floor(max);

    /// <summary>Name and numbers; no name where a number is malformed.</summary>
    private static (string Name, double[] Numbers) Split(string typed)
    {
        var parts = typed.Split(':', 2);
        var texts = parts.Length == 1 ? [] : parts[1].Split(',');
        var numbers = new double[texts.Length];
        for (var index = 0; index < texts.Length; index++)
        {
            if (!double.TryParse(texts[index], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[index])
                || !double.IsFinite(numbers[index]))
            {
                return ("", []);
            }
        }

        return (parts[0], numbers);
    }
}
