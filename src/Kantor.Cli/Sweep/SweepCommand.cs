using System.CommandLine;
using Kantor.Cli.Policies;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;

namespace Kantor.Cli.Sweep;

/// <summary><c>kantor sweep</c>: a grid of simulations, as a table and as a page with curves.</summary>
internal static class SweepCommand
{
    private static readonly Option<string?> Trace = TextOption.Of(
        "--trace", "FILE",
        $"{Traces.TraceCommand.Formats}. Default: synthetic chat, a fresh sample for each seed; arrivals and lengths have the law of the "
        + "trace that ships with Kantor.");

    private static readonly Option<string?> Replicas = TextOption.Of(
        "--replicas", "LIST", "Equal replicas, such as 1,2,4. Default: 1.");

    private static readonly Option<string?> RateScale = TextOption.Of(
        "--rate-scale", "LIST", "Arrivals so many times as dense as in the trace, such as 0.25,0.5,1. Default: 1.");

    private static readonly Option<string?> StepTokens = TextOption.Of(
        "--step-tokens", "LIST", "Most tokens of one step. Default: the profile's.");

    private static readonly Option<string?> KvTokens = TextOption.Of(
        "--kv-tokens", "LIST", "KV pool of a replica in tokens. Default: the profile's.");

    private static readonly Option<string?> Seed = TextOption.Of(
        "--seed", "LIST",
        "Seeds, such as 1,2,3. A seed draws the synthetic trace, or spreads the batched arrivals of a trace file; the cells of a seed see "
        + "the same requests, and other trace files do not depend on it. Default: 1.");

    private static readonly Option<string?> Threads = TextOption.Of(
        "--threads", "N", "Simulations at a time; no figure depends on it. Default: one per core.");

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command(
            "sweep",
            "Simulates every combination of the listed rates, replicas, policies, routings, step budgets, KV pools and seeds, on all "
            + "cores.\n\n"
            + "Ctrl-C ends it; the cells finished by then are reported.\n"
            + "Exit code: 0 done, 1 a policy failed in some cell, 2 wrong usage or trace, 130 interrupted.\n\n"
            + "Example: kantor sweep --rate-scale 0.25,0.5,0.75,1 --policy vllm-v1,sarathi,svf --seed 1,2,3 --html report.html")
        {
            Trace, SimulateCommand.Policy, SimulateCommand.PolicyAssemblies, SimulateCommand.Routing, SimulateCommand.Admission, Replicas,
                SimulateCommand.Profile, RateScale, Seed, SimulateCommand.Slo, SimulateCommand.ObjectiveLine,
            StepTokens,
            SimulateCommand.RunningMax, KvTokens, SimulateCommand.BlockSize, SimulateCommand.NoPrefixCache, SimulateCommand.Retention,
            SimulateCommand.MaxTokens,
            SimulateCommand.Predictor, SimulateCommand.Limit, SimulateCommand.SpreadBatches, SimulateCommand.ClosedLoop,
            SimulateCommand.Users, SimulateCommand.Think, SimulateCommand.Timeout, SimulateCommand.Retries, SimulateCommand.SkipBadLines,
            SimulateCommand.NoLeap,
            SimulateCommand.Json, SimulateCommand.Csv, SimulateCommand.Html, Threads,
        };

        // The cells run on other threads, so that Ctrl-C is heard meanwhile.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(Read(parsed), cancellation), CancellationToken.None));
        return command;
    }

    /// <summary>What was typed.</summary>
    internal static SweepArguments Read(ParseResult parsed) => new()
    {
        Grid = SimulateCommand.Read(parsed) with
        {
            Trace = parsed.GetValue(Trace),
            Replicas = parsed.GetValue(Replicas),
            RateScale = parsed.GetValue(RateScale),
            StepTokens = parsed.GetValue(StepTokens),
            KvTokens = parsed.GetValue(KvTokens),
            Seed = parsed.GetValue(Seed),
        },
        Threads = parsed.GetValue(Threads),
    };

    private static int Run(SweepArguments typed, CancellationToken cancellation)
    {
        KnownPolicies.Add(typed.Grid.PolicyAssemblies);
        return new SweepRun(SweepValidation.Parse(typed)).Execute(cancellation);
    }
}
