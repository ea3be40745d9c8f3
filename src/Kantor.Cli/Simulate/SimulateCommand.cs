using System.CommandLine;
using Kantor.Cli.Policies;
using Kantor.Cli.Runs;
using Kantor.Cli.Shell;
using Kantor.Core;
using Kantor.Core.Objectives;
using Kantor.Core.StepTime;
using Kantor.Hardware.Composition;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;
using Kantor.Hardware.Published;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Simulate;

/// <summary><c>kantor simulate</c>: what a trace would cost under each policy.</summary>
internal static class SimulateCommand
{
    private static readonly Option<string?> Scenario = TextOption.Of(
        "--scenario", "FILE",
        "A YAML file that describes the run completely: workload, clients, fleet, decode pool, policies to compare. Only --json, --csv, "
        + "--html, --event-log and --no-leap go with it. Everything that is wrong with it is said at once. Keys: docs/scenarios.md.");

    private static readonly Option<string?> Trace = TextOption.Of(
        "--trace", "FILE", $"{Traces.TraceCommand.Formats}. Default: a synthetic chat trace that ships with Kantor.");

    internal static readonly Option<string?> Policy = TextOption.Of(
        "--policy", "NAMES",
        $"Batch policies, separated by commas, one run each: {string.Join(", ", PolicyCatalogue.PlannerNames)}; {TypedPolicies.Form}. "
        + $"Default: {ScenarioFlags.DefaultPolicies}.");

    internal static readonly Option<string?> PolicyAssemblies = TextOption.Of(
        PolicyAssembly.Option, "FILES", "Assemblies with further policies, apart by ','.");

    internal static readonly Option<string?> Routing = TextOption.Of(
        "--routing", "NAMES",
        $"Routing policies, separated by commas, each combined with each batch policy: {string.Join(", ", PolicyCatalogue.RouterNames)}. "
        + $"Default: {PolicyCatalogue.RouterNames[0]}.");

    internal static readonly Option<string?> Admission = TextOption.Of(
        "--admission", "NAME",
        $"Who is let in: {string.Join(", ", KnownPolicies.Shelves.Admissions.Names)}; {TypedPolicies.Form}. Default: "
        + $"{ScenarioFlags.DefaultAdmission}.");

    private static readonly Option<string?> Replicas = TextOption.Of("--replicas", "N", "Equal replicas. Default: 1.");

    internal static readonly Option<string?> Profile = TextOption.Of(
        "--profile", "NAME",
        $"Model and machine, which give step times and the defaults of the limits below: "
        + $"{string.Join(", ", StepTimeProfiles.All.Select(known => known.Name))}, or {DeploymentName.Form} of a model "
        + $"({string.Join(", ", ModelPresets.All.Select(model => model.Name))}) on a GPU ({string.Join(", ", GpuProfiles.Names)}), such as "
        + $"llama-3.1-70b@h200x4:fp8, or FILE.json of 'kantor calibrate engine'. Default: {ScenarioFlags.DefaultProfile}.");

    private static readonly Option<string?> RateScale = TextOption.Of(
        "--rate-scale", "X", "Arrivals X times as dense as in the trace. Default: 1.");

    private static readonly Option<string?> Seed = TextOption.Of(
        "--seed", "N",
        "Seed of everything random, which is the spreading of batched arrivals and the waits before retries; equal seeds give equal "
        + "reports. Default: 1.");

    internal static readonly Option<string?> Slo = TextOption.Of(
        "--slo", "LIST",
        $"Limits that a request must all meet, NAME=DURATION: {SloSpec.Help}. Short for --objective 'goodput(LIST)'. "
        + $"Default: {ScenarioFlags.DefaultSlo}.");

    internal static readonly Option<string?> ObjectiveLine = TextOption.Of(
        "--objective", "TEXT", $"What runs are judged by and policies are told, in place of --slo: {Objective.Help}. In quotes.");

    private static readonly Option<string?> StepTokens = TextOption.Of(
        "--step-tokens", "N", "Most tokens of one step. Default: the profile's.");

    internal static readonly Option<string?> RunningMax = TextOption.Of(
        "--running-max", "N", "Most requests that run on a replica at once. Default: the profile's.");

    private static readonly Option<string?> KvTokens = TextOption.Of(
        "--kv-tokens", "N", "KV pool of a replica in tokens. Default: the profile's.");

    internal static readonly Option<string?> BlockSize = TextOption.Of(
        "--block-size", "N", $"Tokens per KV block. Default: {ScenarioFlags.DefaultBlockSizeTokens}.");

    internal static readonly Option<bool> NoPrefixCache = new("--no-prefix-cache")
    {
        Description = "Forget the KV of requests that have ended.",
    };

    internal static readonly Option<string?> Retention = TextOption.Of(
        "--retention", "NAME",
        $"Which cached KV gives its room up first: {string.Join(", ", KnownPolicies.Shelves.Retentions.Names)}; {TypedPolicies.Form}. "
            + $"Default: {ScenarioFlags.DefaultRetention}.");

    internal static readonly Option<bool> NoLeap = new("--no-leap")
    {
        Description = "Simulate every step by itself instead of many equal ones at once. Gives the same report, later; the reference.",
    };

    internal static readonly Option<string?> MaxTokens = TextOption.Of(
        "--max-tokens", "N",
        "Output limit that every request declares; longer outputs are cut there. Default: the trace's largest output rounded up to a power "
        + "of two, the same for all requests, so that it tells nothing about any of them.");

    internal static readonly Option<string?> Predictor = TextOption.Of(
        "--predictor", "NAME",
        $"Belief about output lengths that policies may use: {string.Join(", ", KnownPolicies.Shelves.Predictors.Names)}; constant:N for N "
        + $"tokens, noisy:noise=0.4 for the truth, disturbed. Default: {ScenarioFlags.DefaultPredictor}.");

    internal static readonly Option<string?> Limit = TextOption.Of("--limit", "N", "Only the first N requests of the trace.");

    internal static readonly Option<string?> SpreadBatches = TextOption.Of(
        "--spread-batches", "true|false",
        "Whether arrivals that the recorder lumped together (at least two requests a time, times a second or more apart) are spread at "
        + "random over the recorder's tick. Either way it is said on standard error. Default: true.");

    internal static readonly Option<bool> ClosedLoop = new("--closed-loop")
    {
        Description =
            "Turns of a session wait for the one before and its think time, instead of coming at their recorded times; for traces with "
            + "sessions.",
    };

    internal static readonly Option<string?> Users = TextOption.Of(
        "--users", "N",
        "N users share the trace's requests: each sends the next when it has the answer to its last. Recorded times are not used.");

    internal static readonly Option<string?> Think = TextOption.Of(
        "--think", "DURATION", "With --users: time between an answer and the user's next request, such as 2s. Default: none.");

    internal static readonly Option<string?> Timeout = TextOption.Of(
        "--timeout", "DURATION",
        "Time after which a client gives an attempt up, such as 30s; it is cancelled wherever it stands. Default: never.");

    internal static readonly Option<string?> Retries = TextOption.Of(
        "--retries", "N",
        "Further attempts of a request that was refused, given up or failed, after growing waits of half a second and more. Latency counts "
        + "from the first. Default: 0.");

    internal static readonly Option<bool> SkipBadLines = new("--skip-bad-lines")
    {
        Description = "Count malformed lines of the trace and leave them out, instead of ending with an error.",
    };

    private static readonly Option<string?> EventLog = TextOption.Of(
        EventLogFile.Option, "FILE", EventLogFile.Help + " Steps are not leapt then.");

    internal static readonly Option<string?> Json = TextOption.Of("--json", "FILE", "Write the report as JSON; - for the standard output.");

    internal static readonly Option<string?> Csv = TextOption.Of("--csv", "FILE", "Write the report as CSV; - for the standard output.");

    internal static readonly Option<string?> Html = TextOption.Of(
        "--html", "FILE", "Write the report as one page with tables and charts, which needs no other file; - for the standard output.");

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command(
            "simulate",
            "Replays a trace against a fleet in virtual time, with the policies that the engine runs, and compares them.\n\n"
            + "Percentiles are by nearest rank. ITL figures are over all gaps between tokens of all requests; a single request is judged "
            + "by --slo or --objective.\n"
            + "Exit code: 0 done, 1 a policy failed, 2 wrong usage or trace, 130 interrupted.\n\n"
            + "Example: kantor simulate --trace trace.jsonl.gz --policy vllm-v1,svf --replicas 4 --slo ttft=2s,itl=200ms --json out.json")
        {
            Scenario, Trace, Policy, PolicyAssemblies, Routing, Admission, Replicas, Profile, RateScale, Seed, Slo, ObjectiveLine,
            StepTokens, RunningMax, KvTokens, BlockSize, NoPrefixCache, Retention,
            MaxTokens, Predictor, Limit, SpreadBatches, ClosedLoop, Users, Think, Timeout, Retries, SkipBadLines, NoLeap, EventLog, Json,
            Csv, Html,
        };

        // The policies run on another thread, so that Ctrl-C is heard meanwhile.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(Read(parsed), cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(SimulateArguments typed, CancellationToken cancellation)
    {
        KnownPolicies.Add(typed.PolicyAssemblies);
        var input = RunInput.Of(typed);
        return new SimulateRun(input.Scenario, input.Settings).Execute(cancellation);
    }

    /// <summary>What was typed; null for options that the verb does not have.</summary>
    internal static SimulateArguments Read(ParseResult parsed) => new()
    {
        PolicyAssemblies = parsed.GetValue(PolicyAssemblies),
        Scenario = parsed.GetValue(Scenario),
        Trace = parsed.GetValue(Trace),
        Policy = parsed.GetValue(Policy),
        Routing = parsed.GetValue(Routing),
        Admission = parsed.GetValue(Admission),
        Replicas = parsed.GetValue(Replicas),
        Profile = parsed.GetValue(Profile),
        RateScale = parsed.GetValue(RateScale),
        Seed = parsed.GetValue(Seed),
        Slo = parsed.GetValue(Slo),
        Objective = parsed.GetValue(ObjectiveLine),
        StepTokens = parsed.GetValue(StepTokens),
        RunningMax = parsed.GetValue(RunningMax),
        KvTokens = parsed.GetValue(KvTokens),
        BlockSize = parsed.GetValue(BlockSize),
        NoPrefixCache = parsed.GetValue(NoPrefixCache),
        Retention = parsed.GetValue(Retention),
        MaxTokens = parsed.GetValue(MaxTokens),
        Predictor = parsed.GetValue(Predictor),
        Limit = parsed.GetValue(Limit),
        SpreadBatches = parsed.GetValue(SpreadBatches),
        ClosedLoop = parsed.GetValue(ClosedLoop),
        Users = parsed.GetValue(Users),
        Think = parsed.GetValue(Think),
        Timeout = parsed.GetValue(Timeout),
        Retries = parsed.GetValue(Retries),
        NoLeap = parsed.GetValue(NoLeap),
        EventLog = parsed.GetValue(EventLog),
        SkipBadLines = parsed.GetValue(SkipBadLines),
        Json = parsed.GetValue(Json),
        Csv = parsed.GetValue(Csv),
        Html = parsed.GetValue(Html),
    };
}
