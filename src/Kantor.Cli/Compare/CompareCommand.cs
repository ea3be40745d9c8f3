using System.CommandLine;
using Kantor.Cli.Policies;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;

namespace Kantor.Cli.Compare;

/// <summary><c>kantor compare</c>: the policies of the literature on one's own trace, each beside what no policy could better.</summary>
internal static class CompareCommand
{
    private static readonly Option<string?> Trace = TextOption.Of(
        "--trace", "FILE",
        $"{Traces.TraceCommand.Formats}. Default: synthetic chat, a fresh sample for each seed.");

    private static readonly Option<string?> Decision = TextOption.Of(
        "--decision", "NAME",
        $"Whose policies are compared: {string.Join(", ", ComparedDecision.All.Select(decision => decision.Name))}; all other decisions "
        + $"stay as they are. Default: {ComparedDecision.All[0].Name}.");

    private static readonly Option<string?> Policies = TextOption.Of(
        "--policies", "LIST",
        $"Policies of that decision apart by commas: names, {TypedPolicies.Form}; families, such as volume; or {CompareValidation.All}. "
        + $"Default: {CompareValidation.All}.");

    private static readonly Option<string?> Policy = TextOption.Of(
        "--policy", "NAME", $"Batch policy of all runs where another decision is compared. Default: {ComparedDecision.All[0].Baseline}.");

    private static readonly Option<string?> Baseline = TextOption.Of(
        "--baseline", "NAME",
        "Policy that the others are compared with and that the knee is the knee of. Default: "
        + $"{string.Join(", ", ComparedDecision.All.Select(decision => decision.Baseline))}, by decision.");

    private static readonly Option<string?> Replicas = TextOption.Of("--replicas", "N", "Equal replicas. Default: 1.");

    private static readonly Option<string?> Load = TextOption.Of(
        "--load", "LIST", $"Loads as multiples of the knee. Default: {CompareValidation.DefaultLoads}.");

    private static readonly Option<string?> Knee = TextOption.Of(
        "--knee", "X", "Rate scale that counts as the knee, instead of looking for it.");

    private static readonly Option<string?> Seeds = TextOption.Of(
        "--seeds", "N",
        "Replicates: seeds of a drawn workload, or windows of a trace, which has one course only. All policies see the same requests. "
        + $"Default: {CompareValidation.DefaultReplicates}.");

    private static readonly Option<bool> Tune = new("--tune")
    {
        Description = "Choose each policy's options on one half of the trace, or on a seed of its own, and report the other half.",
    };

    private static readonly Option<bool> Sensitivity = new("--sensitivity")
    {
        Description =
            "Run all again, at one load, where prefill or decode takes 30 % more or less time and where lengths are believed up to 80 % "
            + "wrong, and say whether the ranking survives.",
    };

    private static readonly Option<string?> StepTokens = TextOption.Of(
        "--step-tokens", "N", "Most tokens of one step. Default: the profile's.");

    private static readonly Option<string?> KvTokens = TextOption.Of(
        "--kv-tokens", "N", "KV pool of a replica in tokens. Default: the profile's.");

    private static readonly Option<string?> Threads = TextOption.Of(
        "--threads", "N", "Simulations at a time; only the time that decisions take depends on it. Default: one per core.");

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command(
            "compare",
            "Runs the policies of the literature for a replica on a trace, at loads around its knee, and prints beside each how much of "
            + "the best possible it reaches, how it differs from vLLM's own scheduler on the same requests, and what a decision costs.\n\n"
            + "Differences come with 95 % intervals over seeds or windows of the trace. Ctrl-C ends it; what is finished is reported.\n"
            + "Exit code: 0 done, 1 a policy failed in some run, 2 wrong usage or trace, 130 interrupted.\n\n"
            + "Example: kantor compare --trace trace.csv.gz --profile llama-3-8b-a100 --objective 'goodput(ttft=2s,itl=100ms)' "
            + "--html r.html")
        {
            Trace, Decision, Policies, SimulateCommand.PolicyAssemblies, Policy, Baseline, SimulateCommand.Routing,
            SimulateCommand.Admission, Replicas,
            SimulateCommand.Profile, SimulateCommand.Slo, SimulateCommand.ObjectiveLine, Load, Knee, Seeds, Tune, Sensitivity, StepTokens,
            SimulateCommand.RunningMax, KvTokens, SimulateCommand.BlockSize, SimulateCommand.NoPrefixCache, SimulateCommand.Retention,
            SimulateCommand.MaxTokens, SimulateCommand.Predictor, SimulateCommand.Limit, SimulateCommand.SpreadBatches,
            SimulateCommand.SkipBadLines, SimulateCommand.NoLeap, SimulateCommand.Json, SimulateCommand.Csv, SimulateCommand.Html, Threads,
        };

        // The runs are on other threads, so that Ctrl-C is heard meanwhile.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(Read(parsed), cancellation), CancellationToken.None));
        return command;
    }

    /// <summary>What was typed.</summary>
    internal static CompareArguments Read(ParseResult parsed) => new()
    {
        Run = SimulateCommand.Read(parsed) with
        {
            Trace = parsed.GetValue(Trace),
            Policy = parsed.GetValue(Policy),
            Replicas = parsed.GetValue(Replicas),
            StepTokens = parsed.GetValue(StepTokens),
            KvTokens = parsed.GetValue(KvTokens),
        },
        Decision = parsed.GetValue(Decision),
        Policies = parsed.GetValue(Policies),
        Baseline = parsed.GetValue(Baseline),
        Load = parsed.GetValue(Load),
        Knee = parsed.GetValue(Knee),
        Seeds = parsed.GetValue(Seeds),
        Tune = parsed.GetValue(Tune),
        Sensitivity = parsed.GetValue(Sensitivity),
        Threads = parsed.GetValue(Threads),
    };

    private static int Run(CompareArguments typed, CancellationToken cancellation)
    {
        KnownPolicies.Add(typed.Run.PolicyAssemblies);
        return new CompareRun(CompareValidation.Parse(typed)).Execute(cancellation);
    }
}
