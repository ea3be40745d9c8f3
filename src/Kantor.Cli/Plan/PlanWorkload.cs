using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Cli.Traces;
using Kantor.Workloads.Generators;

namespace Kantor.Cli.Plan;

/// <summary>The laws of drawn requests as they were typed; null where not given.</summary>
internal sealed record PlanWorkload
{
    private const int RequestsMax = 10_000_000;

    public string? Requests { get; init; }

    public string? Arrivals { get; init; }

    public string? Prompt { get; init; }

    public string? Output { get; init; }

    public string? Prefixes { get; init; }

    private bool IsGiven => (Requests ?? Arrivals ?? Prompt ?? Output ?? Prefixes) is not null;

    /// <summary>
    /// The scenario's workload, or the one that is drawn when laws are given: chat where nothing else is said, without common prefixes.
    /// </summary>
    public ScenarioWorkload? Over(ScenarioWorkload? otherwise, string? trace, double? ratePerS, OptionChecks checks) =>
        Parse(trace, ratePerS, checks) is { } spec
            ? DrawnWorkload.Of("requests", spec) with { RateScale = otherwise?.RateScale ?? 1 }
            : otherwise;

    private WorkloadSpec? Parse(string? trace, double? ratePerS, OptionChecks checks)
    {
        if (!IsGiven) return null;
        if (trace is not null)
        {
            checks.Add("--requests, --arrivals, --prompt, --output and --prefixes draw requests; they cannot be given with --trace.");
        }
        var chat = WorkloadSpec.Chat(checks.Whole("--requests", Requests, 2, RequestsMax) ?? SampleTrace.Spec.Requests, ratePerS ?? 1);
        var (arrivals, prompt, output, prefixes) = (chat.Arrivals, chat.PromptLength, chat.OutputLength, default(PrefixFamilies?));
        if (Arrivals is not null && !WorkloadText.TryParseArrivals(Arrivals, ratePerS ?? 1, out arrivals, out var error))
        {
            checks.Add($"--arrivals: {error}.");
        }
        if (Prompt is not null && !WorkloadText.TryParseLength(Prompt, out prompt, out error)) checks.Add($"--prompt: {error}.");
        if (Output is not null && !WorkloadText.TryParseLength(Output, out output, out error)) checks.Add($"--output: {error}.");
        if (Prefixes is not null && !WorkloadText.TryParsePrefixes(Prefixes, out prefixes, out error)) checks.Add($"--prefixes: {error}.");
        return chat with
        {
            Arrivals = arrivals ?? chat.Arrivals,
            PromptLength = prompt ?? chat.PromptLength,
            OutputLength = output ?? chat.OutputLength,
            Prefixes = prefixes,
        };
    }
}
