using System.CommandLine;
using System.Globalization;
using Kantor.Cli.Shell;
using Kantor.Cli.Traces;
using Kantor.Core.Objectives;
using Kantor.Workloads.Generators;

namespace Kantor.Cli.Bench;

/// <summary>The options that say what is sent, and when.</summary>
internal static class LoadOptions
{
    private const int RequestsUsual = 100;
    private const int RequestsMost = 10_000_000;
    private const int TokensMost = 10_000_000;
    private const int ThinkMostS = 86_400;

    private static readonly Option<string?> Rate = TextOption.Of(
        "--rate", "X", "Requests per second, sent whether or not earlier ones are answered; times count from when each was to start.");
    private static readonly Option<string?> Arrivals = TextOption.Of(
        "--arrivals", "LAW",
        "poisson, constant, on-off:ON_S,OFF_S (mean phases; nothing in OFF) or onoff, which is on-off:10,10; with --rate, the mean. "
        + "Default: poisson.");
    private static readonly Option<string?> Concurrency = TextOption.Of(
        "--concurrency", "N", "Requests open at any time, instead of --rate.");
    private static readonly Option<string?> Requests = TextOption.Of(
        "--requests", "N", "Requests in all. Default: 100, or as --duration allows.");
    private static readonly Option<string?> Duration = TextOption.Of(
        "--duration", "S", "Seconds, or a time such as 5000ms or 60s, after which none is sent any more.");
    private static readonly Option<string?> Prompt = TextOption.Of("--prompt-tokens", "N|A..B", "Length of prompts. Default: 100.");
    private static readonly Option<string?> Output = TextOption.Of("--output-tokens", "N|A..B", "Most tokens of answers. Default: 64.");
    private static readonly Option<string?> LongEvery = TextOption.Of("--long-every", "N", "One of N prompts is long.");
    private static readonly Option<string?> LongTokens = TextOption.Of("--long-tokens", "N", "Length of long prompts. Default: 1500.");
    private static readonly Option<string?> Turns = TextOption.Of(
        "--turns", "N", "Turns of a session with --concurrency: each begins with the turn before and adds a prompt. Default: 1.");
    private static readonly Option<string?> Sessions = TextOption.Of(
        "--sessions", "N", "Sessions that each of the open requests serves in turn, with --turns. Default: 1.");
    private static readonly Option<string?> Think = TextOption.Of(
        "--think-time", "S|A..B", "Seconds from the end of a turn to the next of its session, with --turns. Default: 0.");
    private static readonly Option<string?> Classes = TextOption.Of(
        "--classes", "NAME=SHARE[@PRIORITY],…",
        "Classes of requests, by how often each comes and the priority that it sends, such as chat=0.8,batch=0.2@10; the report tells them "
        + "apart.");
    private static readonly Option<string?> TokenIds = TextOption.Of(
        "--token-ids", "A..B", "Ids that prompts are made of. Default: 300..499.");
    private static readonly Option<bool> IgnoreEos = new("--ignore-eos") { Description = "Ask for answers up to their limits." };
    private static readonly Option<string?> OpenMax = TextOption.Of("--open-max", "N", "Most open requests with --rate. Default: 10000.");
    private static readonly Option<string?> Seed = TextOption.Of("--seed", "N", "Equal seeds, equal requests at equal times. Default: 1.");

    /// <summary>Puts the options on a verb.</summary>
    public static void AddTo(Command command)
    {
        IReadOnlyList<Option> options =
        [
            Rate, Arrivals, Concurrency, Requests, Duration, Prompt, Output, LongEvery, LongTokens, Turns, Sessions, Think, Classes,
            TokenIds, IgnoreEos, OpenMax, Seed, .. TraceOptions.All,
        ];
        foreach (var option in options) command.Options.Add(option);
    }

    /// <summary>The load that was typed; what is wrong with it goes to the checks.</summary>
    public static BenchLoad Read(ParseResult parsed, OptionChecks checks)
    {
        AddContradictions(parsed, checks);
        var seconds = checks.Number("--duration", InSeconds(parsed.GetValue(Duration)), 0.1, 1e6);
        var isBounded = seconds is not null || parsed.GetValue(TraceOptions.File) is not null;
        var requests = Whole(Requests, parsed, checks, RequestsMost) ?? (isBounded ? RequestsMost : RequestsUsual);
        return WithPrompts(parsed, checks, new BenchLoad { Requests = requests }) with
        {
            RatePerS = checks.Number("--rate", parsed.GetValue(Rate), 0.001, 100_000),
            IsPoisson = parsed.GetValue(Arrivals) is null or "poisson",
            PhasesS = Phases(parsed, checks),
            Concurrency = Whole(Concurrency, parsed, checks, 10_000),
            Duration = seconds is { } s ? TimeSpan.FromSeconds(s) : null,
            IgnoresEos = parsed.GetValue(IgnoreEos),
            OpenMax = Whole(OpenMax, parsed, checks, 1_000_000) ?? BenchLoad.OpenMaxUsual,
            Seed = checks.Seed(parsed.GetValue(Seed)),
        };
    }

    private static BenchLoad WithPrompts(ParseResult parsed, OptionChecks checks, BenchLoad load) => load with
    {
        PromptTokens = Range(Prompt, parsed, checks, 1) ?? load.PromptTokens,
        OutputTokens = Range(Output, parsed, checks, 1) ?? load.OutputTokens,
        LongEvery = Whole(LongEvery, parsed, checks, 1_000_000),
        LongTokens = Whole(LongTokens, parsed, checks, TokensMost) ?? load.LongTokens,
        Turns = Whole(Turns, parsed, checks, 10_000) ?? load.Turns,
        Sessions = Whole(Sessions, parsed, checks, 100_000) ?? load.Sessions,
        ThinkUs = ThinkTimes(parsed.GetValue(Think), checks),
        Classes = ClassesOf(parsed.GetValue(Classes), checks),
        TokenIds = Range(TokenIds, parsed, checks, 0) ?? load.TokenIds,
    };

    private static void AddContradictions(ParseResult parsed, OptionChecks checks)
    {
        bool Has(Option<string?> option) => parsed.GetValue(option) is not null;
        if (new[] { Rate, Concurrency, TraceOptions.File }.Count(Has) != 1)
        {
            checks.Add("Give either --rate or --concurrency: an open loop or a closed one; or --trace, which has times of its own.");
        }

        foreach (var option in new[] { Prompt, Output, LongEvery }.Where(option => Has(option) && Has(TraceOptions.File)))
        {
            checks.Add($"{option.Name} has no meaning with --trace, which has lengths of its own (--length-scale).");
        }

        TraceOptions.AddContradictions(parsed, checks);
        AddSessionContradictions(Has, checks);
        if (Has(TokenIds) && ApiOption.IsChat(parsed)) checks.Add("--token-ids has no meaning with --api chat, which sends words.");
        if (Has(Arrivals) && !Has(Rate)) checks.Add("--arrivals has no meaning without --rate.");
        if (Has(OpenMax) && Has(Concurrency)) checks.Add("--open-max has no meaning with --concurrency.");
        if (Has(LongTokens) && !Has(LongEvery)) checks.Add("--long-tokens needs --long-every.");
    }

    private static void AddSessionContradictions(Func<Option<string?>, bool> has, OptionChecks checks)
    {
        if (has(Turns) && !has(Concurrency)) checks.Add("--turns needs --concurrency: a turn follows the answer before it.");
        if (has(Think) && !has(Turns)) checks.Add("--think-time needs --turns: it passes between two of them.");
        if (has(Sessions) && !has(Turns)) checks.Add("--sessions has no meaning without --turns.");
    }

    private static (double OnS, double OffS)? Phases(ParseResult parsed, OptionChecks checks)
    {
        var typed = parsed.GetValue(Arrivals);
        if (typed is null or "poisson" or "constant") return null;
        // The rate is checked where it is read, and the phases do not depend on it.
        if (WorkloadText.TryParseArrivals(typed == "onoff" ? "on-off:10,10" : typed, 1, out var law, out _) && law is OnOffArrivals phases)
        {
            return (phases.OnMeanS, phases.OffMeanS);
        }

        checks.Add($"--arrivals '{typed}' is unknown; it is poisson, constant, onoff or on-off:ON_S,OFF_S with seconds above 0.");
        return null;
    }

    /// <summary>A number stands for seconds; what is neither that nor a duration stays as it is, for the check to name it.</summary>
    private static string? InSeconds(string? typed) =>
        typed is not null && DurationText.TryParseUs(typed, out var us) ? (us / 1e6).ToString(CultureInfo.InvariantCulture) : typed;

    private static int? Whole(Option<string?> option, ParseResult parsed, OptionChecks checks, int max) =>
        checks.Whole(option.Name, parsed.GetValue(option), 1, max);

    private static TokenRange? Range(Option<string?> option, ParseResult parsed, OptionChecks checks, int min)
    {
        if (parsed.GetValue(option) is not { } typed) return null;
        var ends = typed.Split("..");
        if (ends.Length <= 2 && Number(ends[0]) is { } first && Number(ends[^1]) is { } last
            && first >= min && first <= last && last <= TokensMost)
        {
            return new TokenRange(first, last);
        }

        checks.Add($"{option.Name} '{typed}' is neither a number nor a range such as 30..90, from {min} to {TokensMost}.");
        return null;
    }

    private static (long FirstUs, long LastUs)? ThinkTimes(string? typed, OptionChecks checks)
    {
        if (typed is null) return null;
        double?[] seconds = [.. typed.Split("..").Select(SecondsOf)];
        if (seconds is [{ } only]) return ((long)(only * 1e6), (long)(only * 1e6));
        if (seconds is [{ } first, { } last] && first <= last) return ((long)(first * 1e6), (long)(last * 1e6));
        checks.Add($"--think-time '{typed}' is neither a number of seconds nor a range such as 0.5..3, from 0 to {ThinkMostS}.");
        return null;
    }

    private static double? SecondsOf(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= ThinkMostS
            ? seconds
            : null;

    private static BenchClass[] ClassesOf(string? typed, OptionChecks checks)
    {
        if (typed is null) return [];
        BenchClass?[] classes = [.. typed.Split(',').Select(ClassOf)];
        var names = classes.OfType<BenchClass>().Select(each => each.Name).Distinct().Count();
        if (!classes.Contains(null) && names == classes.Length) return [.. classes.OfType<BenchClass>()];
        checks.Add($"--classes '{typed}' is no list of classes with names of their own; it is like chat=0.8,batch=0.2@10.");
        return [];
    }

    private static BenchClass? ClassOf(string typed)
    {
        var (name, rest) = typed.Split('=', 2) is [{ Length: > 0 } left, var right] ? (left, right) : ("", "");
        var parts = rest.Split('@');
        if (name.Length == 0 || parts.Length > 2) return null;
        var isShare = double.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share);
        if (!isShare || share is <= 0 or > 1e9) return null;

        if (parts.Length == 1) return new BenchClass(name, share, null);
        return int.TryParse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority)
            ? new BenchClass(name, share, priority)
            : null;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
