namespace Kantor.Core.Objectives;

/// <summary>
/// Service level objectives of a single request; all that are given must hold. Each names its statistic, because the statistic decides
/// which policy wins.
/// </summary>
public sealed record SloSpec
{
    /// <summary>Names of the objectives as they are written, with their meaning.</summary>
    public const string Help =
        "ttft (time to first token), itl or itl-max (the request's largest gap between tokens), tpot (the request's mean gap), "
        + "e2e (arrival to last token)";

    /// <summary>Limit of the time to first token.</summary>
    public long? TtftUsMax { get; init; }

    /// <summary>Limit of the request's largest gap between two tokens.</summary>
    public long? GapUsMax { get; init; }

    /// <summary>Limit of the request's mean gap between tokens.</summary>
    public long? TpotUsMax { get; init; }

    /// <summary>Limit of the time from arrival to the last token.</summary>
    public long? E2eUsMax { get; init; }

    /// <summary>Reads <c>ttft=2s,itl=200ms</c>; units are us, ms and s. False with what is wrong and what would be right.</summary>
    public static bool TryParse(string text, out SloSpec slo, out string error)
    {
        slo = new SloSpec();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryAdd(part, ref slo, out error)) return false;
        }

        error = "";
        return true;
    }

    /// <summary>The form that <see cref="TryParse"/> reads, in milliseconds.</summary>
    public override string ToString() => string.Join(',', Parts());

    /// <summary>With one more limit, by name and duration; false with what is wrong and what would be right.</summary>
    internal bool TryAdd(string name, string duration, out SloSpec slo, out string error)
    {
        slo = this;
        if (!DurationText.TryParseUs(duration, out var us))
        {
            error = $"'{name}={duration}' is not an objective; write NAME=DURATION such as ttft=2s or itl=200ms (units us, ms, s; above 0)";
            return false;
        }

        var (before, after) = name switch
        {
            "ttft" => (TtftUsMax, this with { TtftUsMax = us }),
            "itl" or "itl-max" => (GapUsMax, this with { GapUsMax = us }),
            "tpot" => (TpotUsMax, this with { TpotUsMax = us }),
            "e2e" => (E2eUsMax, this with { E2eUsMax = us }),
            _ => (null, null),
        };
        error = after is null ? $"there is no objective '{name}'; known: {Help}" : $"'{name}' is given twice";
        if (after is null || before is not null) return false;
        slo = after;
        return true;
    }

    private static bool TryAdd(string part, ref SloSpec slo, out string error)
    {
        var split = part.Split('=', 2, StringSplitOptions.TrimEntries);
        if (split.Length == 2) return slo.TryAdd(split[0], split[1], out slo, out error);
        error = $"'{part}' is not an objective; write NAME=DURATION such as ttft=2s or itl=200ms (units us, ms, s; above 0)";
        return false;
    }

    private IEnumerable<string> Parts()
    {
        (string Name, long? Us)[] all = [("ttft", TtftUsMax), ("itl-max", GapUsMax), ("tpot", TpotUsMax), ("e2e", E2eUsMax)];
        foreach (var (name, limit) in all)
        {
            if (limit is { } us) yield return $"{name}={DurationText.Of(us)}";
        }
    }
}
