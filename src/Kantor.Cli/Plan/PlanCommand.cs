using System.CommandLine;
using System.Globalization;
using Kantor.Cli.Policies;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Cli.Traces;
using Kantor.Core;
using Kantor.Core.StepTime;
using Kantor.Hardware.Composition;
using Kantor.Hardware.Models;
using Kantor.Hardware.Published;

namespace Kantor.Cli.Plan;

/// <summary><c>kantor plan</c>: the smallest fleet that keeps its objectives, and the table that it was chosen from.</summary>
internal static class PlanCommand
{
    private static readonly Option<string?> Trace = TextOption.Of(
        "--trace", "FILE", $"{TraceCommand.Formats}. Default: synthetic chat, a fresh sample for each seed.");

    private static readonly Option<string?> Requests = TextOption.Of(
        "--requests", "N", "Without a trace: requests of a simulation. Default: 1000.");

    private static readonly Option<string?> Arrivals = TextOption.Of(
        "--arrivals", "LAW", $"Without a trace: {WorkloadText.ArrivalsHelp}. Default: poisson.");

    private static readonly Option<string?> Prompt = TextOption.Of(
        "--prompt", "LAW", $"Without a trace: prompt lengths, {WorkloadText.LengthHelp}. Default: those of chat.");

    private static readonly Option<string?> Output = TextOption.Of(
        "--output", "LAW", "Without a trace: output lengths, in the same way.");

    private static readonly Option<string?> Prefixes = TextOption.Of(
        "--prefixes", "N,ZIPF,BLOCKS",
        "Without a trace: prompts of N families that begin alike, with popularity k^-ZIPF and 1 to BLOCKS common blocks of 512 tokens.");

    private static readonly Option<string?> Profile = TextOption.Of(
        "--profile", "LIST",
        $"Replicas to choose from, separated by commas: names ({string.Join(", ", StepTimeProfiles.All.Select(known => known.Name))}), "
        + $"{DeploymentName.Form}, or FILE.json of 'kantor calibrate engine'. Default: {ScenarioFlags.DefaultProfile}.");

    private static readonly Option<string?> Policy = TextOption.Of(
        "--policy", "LIST",
        $"Batch policies of replicas that serve requests to the end, each a candidate: {string.Join(", ", PolicyCatalogue.PlannerNames)}. "
        + $"Default: {PlanValidation.DefaultPolicies}.");

    private static readonly Option<string?> StepTokens = TextOption.Of(
        "--step-tokens", "LIST",
        $"Most tokens of one step of those replicas, each a candidate. Default: {string.Join(", ", PlanValidation.DefaultStepTokens)} and "
        + "the profile's.");

    private static readonly Option<string?> Routing = TextOption.Of(
        "--routing", "NAME",
        $"Routing policy: {string.Join(", ", PolicyCatalogue.RouterNames)}. Default: {PlanValidation.DefaultRouting}.");

    private static readonly Option<string?> Rate = TextOption.Of(
        "--rate", "X", "Arrivals per second to plan for; the trace is stretched to it. Default: the trace's own rate.");

    private static readonly Option<string?> RateScale = TextOption.Of(
        "--rate-scale", "X", "Arrivals X times as dense as in the trace. Default: 1.");

    private static readonly Option<string?> Attainment = TextOption.Of(
        "--attainment", "SHARE",
        $"Share of all requests that must meet every limit of --slo or --objective. Default: {Text(PlanValidation.DefaultAttainment)}.");

    private static readonly Option<string?> ReplicasMax = TextOption.Of(
        "--replicas-max", "N",
        $"Most replicas of a fleet, those for prefill and for decode together. Default: {PlanValidation.DefaultReplicasMax}.");

    private static readonly Option<string?> Disaggregate = TextOption.Of(
        "--disaggregate", "auto|never|only", "Whether prefill and decode may, must not or must be apart. Default: auto.");

    private static readonly Option<string?> PrefillPolicy = TextOption.Of(
        "--prefill-policy", "NAME", $"Batch policy of replicas that only prefill. Default: {PlanValidation.DefaultPrefillPolicy}.");

    private static readonly Option<string?> PrefillStepTokens = TextOption.Of(
        "--prefill-step-tokens", "N", "Most tokens of one step there; longer prompts are cut. Default: the profile's.");

    private static readonly Option<string?> DecodePolicy = TextOption.Of(
        "--decode-policy", "NAME", $"Batch policy of replicas that only decode. Default: {PlanValidation.DefaultDecodePolicy}.");

    private static readonly Option<string?> RatioMax = TextOption.Of(
        "--ratio-max", "N",
        $"Most replicas of a side in a unit of prefill and decode that fits in a node. Default: {PlanValidation.DefaultRatioMax}.");

    private static readonly Option<string?> GpusPerNode = TextOption.Of(
        "--gpus-per-node", "N", $"GPUs of a node. Default: {PlanValidation.DefaultGpusPerNode}.");

    private static readonly Option<string?> NodeLink = TextOption.Of(
        "--node-link-gbps", "X",
        $"Gigabits per second of KV out of a prefilling replica within its node. Default: {Text(PlanValidation.DefaultNodeLinkGbps)}.");

    private static readonly Option<string?> Link = TextOption.Of(
        "--link-gbps", "X",
        $"Gigabits per second of KV out of a prefilling replica to another node. Default: {Text(PlanValidation.DefaultLinkGbps)}.");

    private static readonly Option<string?> GpuPrice = TextOption.Of(
        "--gpu-price", "LIST",
        "Price of a GPU for an hour, such as a100=1.8,h100=3; the cheapest fleet is chosen then. Default: the fewest GPUs are.");

    private static readonly Option<string?> Seeds = TextOption.Of(
        "--seeds", "N",
        $"Most runs of a candidate; each has a seed of its own, the same for all candidates. Two at first, doubled while the interval "
        + $"holds the target. A trace without chance has one. Default: {PlanValidation.DefaultSeeds}.");

    private static readonly Option<string?> Threads = TextOption.Of(
        "--threads", "N", "Simulations at a time; no figure depends on it. Default: one per core.");

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command(
            "plan",
            "Finds the smallest fleet that keeps its objectives on a trace, by bisection on the simulator: how many replicas of which "
            + "profile and\n"
            + "policy, and whether prefill and decode are apart, in which ratio and where. Prints the table that it was decided from.\n\n"
            + "Ctrl-C ends it; the candidates finished by then are reported.\n"
            + "Exit code: 0 there is a plan, 1 a policy failed in every candidate, 2 wrong usage or trace, 3 no candidate keeps the "
            + "objectives, 130 interrupted.\n\n"
            + "Example: kantor plan --trace trace.jsonl.gz --profile llama-3.1-70b@h100x4,llama-3.1-70b@h200x2 --slo ttft=1s,itl-max=100ms "
            + "--attainment 0.95\n"
            + "         kantor plan --rate 12 --prompt lognormal:493,0.9,8,2000 --output lognormal:134,0.9,4,1000 --profile "
            + "opt-13b-a100-tp1,opt-13b-a100-tp2 --slo ttft=200ms,itl-max=100ms --json plan.json")
        {
            Trace, Requests, Arrivals, Prompt, Output, Prefixes, Profile, Policy, SimulateCommand.PolicyAssemblies, StepTokens, Routing,
                Rate, RateScale, SimulateCommand.Slo, SimulateCommand.ObjectiveLine, Attainment, ReplicasMax, Disaggregate, PrefillPolicy,
                PrefillStepTokens,
            DecodePolicy, RatioMax, GpusPerNode, NodeLink, Link, GpuPrice, SimulateCommand.BlockSize, SimulateCommand.NoPrefixCache,
            SimulateCommand.MaxTokens,
            SimulateCommand.Predictor, SimulateCommand.Limit, SimulateCommand.SpreadBatches, SimulateCommand.SkipBadLines, Seeds, Threads,
            SimulateCommand.Json, SimulateCommand.Csv,
        };

        // The simulations run on other threads, so that Ctrl-C is heard meanwhile.
        command.SetAction((parsed, cancellation) => Task.Run(() => RunAsync(Read(parsed), cancellation), CancellationToken.None));
        return command;
    }

    private static Task<int> RunAsync(PlanArguments typed, CancellationToken cancellation)
    {
        KnownPolicies.Add(typed.Simulation.PolicyAssemblies);
        return new PlanRun(PlanValidation.Parse(typed)).ExecuteAsync(cancellation);
    }

    /// <summary>What was typed.</summary>
    internal static PlanArguments Read(ParseResult parsed) => new()
    {
        Simulation = SimulateCommand.Read(parsed) with
        {
            Trace = parsed.GetValue(Trace),
            Profile = parsed.GetValue(Profile),
            Policy = parsed.GetValue(Policy),
            StepTokens = parsed.GetValue(StepTokens),
            Routing = parsed.GetValue(Routing),
            RateScale = parsed.GetValue(RateScale),
        },
        Workload = new PlanWorkload
        {
            Requests = parsed.GetValue(Requests),
            Arrivals = parsed.GetValue(Arrivals),
            Prompt = parsed.GetValue(Prompt),
            Output = parsed.GetValue(Output),
            Prefixes = parsed.GetValue(Prefixes),
        },
        Rate = parsed.GetValue(Rate),
        Attainment = parsed.GetValue(Attainment),
        ReplicasMax = parsed.GetValue(ReplicasMax),
        Disaggregate = parsed.GetValue(Disaggregate),
        PrefillPolicy = parsed.GetValue(PrefillPolicy),
        PrefillStepTokens = parsed.GetValue(PrefillStepTokens),
        DecodePolicy = parsed.GetValue(DecodePolicy),
        RatioMax = parsed.GetValue(RatioMax),
        GpusPerNode = parsed.GetValue(GpusPerNode),
        NodeLinkGbps = parsed.GetValue(NodeLink),
        LinkGbps = parsed.GetValue(Link),
        GpuPrice = parsed.GetValue(GpuPrice),
        Seeds = parsed.GetValue(Seeds),
        Threads = parsed.GetValue(Threads),
    };

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
