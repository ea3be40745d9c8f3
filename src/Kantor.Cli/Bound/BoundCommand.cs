using System.CommandLine;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Cli.Traces;

namespace Kantor.Cli.Bound;

/// <summary><c>kantor bound</c>: what no policy can beat on a trace.</summary>
internal static class BoundCommand
{
    private const string DefaultPolicies = "vllm-v1,moore-hodgson,mc-sf";

    private static readonly Option<string?> Trace = TextOption.Of(
        "--trace", "FILE", $"{TraceCommand.Formats}. Default: a synthetic chat trace that ships with Kantor.");

    private static readonly Option<string?> Replicas = TextOption.Of("--replicas", "N", "Equal replicas. Default: 1.");

    private static readonly Option<string?> RateScale = TextOption.Of(
        "--rate-scale", "X", "Arrivals X times as dense as in the trace. Default: 1.");

    private static readonly Option<string?> Seed = TextOption.Of(
        "--seed", "N", "Seed of the spreading of batched arrivals; the same as in simulate gives the same arrivals. Default: 1.");

    private static readonly Option<string?> StepTokens = TextOption.Of(
        "--step-tokens", "N", "Most tokens of one step. Default: the profile's.");

    private static readonly Option<string?> KvTokens = TextOption.Of(
        "--kv-tokens", "N", "KV pool of a replica in tokens. Default: the profile's.");

    private static readonly Option<string?> Policy = TextOption.Of(
        "--policy", "NAMES",
        "Batch policies, apart by commas, that are tried where the best schedule can be found: a few coarse requests of the trace at a "
        + $"time. Default: {DefaultPolicies}.");

    private static readonly Option<string?> Json = TextOption.Of(
        "--json", "FILE", "Write the bounds as JSON; - for the standard output, in place of the text.");

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command(
            "bound",
            "Prints what no policy can beat on a trace, however much it knows: the most weight of requests within goodput(…), or the least "
            + "latency(mean-e2e) or latency(mean-ttft). With it, what it assumes, what each step of the argument gave, and how tight it is "
            + "on the nearest instances that can be solved exactly.\n\n"
            + "How it is proved: docs/bounds.md.\n"
            + "Exit code: 0 done, 1 the JSON cannot be written, 2 wrong usage or trace or an objective without bound, 130 interrupted.\n\n"
            + "Example: kantor bound --trace trace.csv.gz --profile llama-3-8b-a100 --replicas 2 --objective 'goodput(ttft=2s,itl=100ms)'")
        {
            Trace, Policy, Replicas, SimulateCommand.Profile, RateScale, Seed, SimulateCommand.Slo, SimulateCommand.ObjectiveLine,
            StepTokens,
            SimulateCommand.RunningMax, KvTokens, SimulateCommand.BlockSize, SimulateCommand.NoPrefixCache, SimulateCommand.MaxTokens,
            SimulateCommand.Limit, SimulateCommand.SpreadBatches, SimulateCommand.SkipBadLines, Json,
        };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(Read(parsed), cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(SimulateArguments typed, CancellationToken cancellation)
    {
        var input = RunInput.Of(typed);
        return new BoundRun(input.Scenario, input.Settings).Execute(cancellation);
    }

    private static SimulateArguments Read(ParseResult parsed) => SimulateCommand.Read(parsed) with
    {
        Trace = parsed.GetValue(Trace),
        Policy = parsed.GetValue(Policy) ?? DefaultPolicies,
        Replicas = parsed.GetValue(Replicas),
        RateScale = parsed.GetValue(RateScale),
        Seed = parsed.GetValue(Seed),
        StepTokens = parsed.GetValue(StepTokens),
        KvTokens = parsed.GetValue(KvTokens),
        Json = parsed.GetValue(Json),
    };
}
