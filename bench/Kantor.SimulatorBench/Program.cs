using System.CommandLine;
using System.Globalization;
using Kantor.Core;
using Kantor.Core.StepTime;
using Kantor.Hardware.Composition;
using Kantor.Hardware.Models;
using Kantor.Hardware.Published;
using Kantor.SimulatorBench;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

Option<int> requests = new("--requests") { Description = "Requests of the synthetic chat case.", DefaultValueFactory = _ => 100_000 };
Option<int> prefixRequests = new("--prefix-requests") { Description = "Requests of the synthetic case with shared prefixes.", DefaultValueFactory = _ => 12_031 };
Option<string?> trace = new("--trace") { Description = "Trace for the chat case in place of synthetic lengths (Azure CSV or Mooncake JSONL)." };
Option<string?> prefixTrace = new("--prefix-trace") { Description = "Mooncake trace for the case with prefix caching in place of a synthetic one." };
Option<int> replicas = new("--replicas") { Description = "Replicas.", DefaultValueFactory = _ => 16 };
Option<double> load = new("--load") { Description = "Arrivals as a share of the throughput that the fleet reaches with a full queue.", DefaultValueFactory = _ => 0.7 };
Option<string> policy = new("--policy") { Description = "Batch policy.", DefaultValueFactory = _ => "fcfs" };
Option<string> profile = new("--profile") { Description = $"Step-time profile, or {DeploymentName.Form}.", DefaultValueFactory = _ => StepTimeProfiles.Llama3B8A100.Name };
Option<int> blockSize = new("--block-size") { Description = "Tokens per KV block.", DefaultValueFactory = _ => 16 };
Option<int> repetitions = new("--repetitions") { Description = "Runs of each case; the one with the least processor time counts.", DefaultValueFactory = _ => 3 };
Option<ulong> seed = new("--seed") { Description = "Seed of the synthetic cases.", DefaultValueFactory = _ => 1UL };
Option<bool> onlyLeaping = new("--only-leaping") { Description = "Leave the step-by-step runs out, for a profiler." };
Option<string[]> peer = new("--peer") { Description = $"NAME=PATH of another simulator's checkout, timed on the chat case's first requests; may be repeated. Names: {Peer.Names}." };
Option<int> peerRequests = new("--peer-requests") { Description = "Requests of the chat case that a peer is timed on, and Kantor beside it.", DefaultValueFactory = _ => 2_000 };
Option<string> python = new("--python") { Description = "Interpreter of the peers, with the packages that their scripts name.", DefaultValueFactory = _ => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3" };
RootCommand root = new("Measures how fast the simulator is: requests per second on one core, leaping and step by step.")
{
    requests, prefixRequests, trace, prefixTrace, replicas, load, policy, profile, blockSize, repetitions, seed, onlyLeaping, peer, peerRequests, python,
};

root.SetAction(parsed =>
{
    var (planner, fleetSize) = (PolicyCatalogue.Planner(parsed.GetValue(policy)!), parsed.GetValue(replicas));
    var steps = parsed.GetValue(profile) is { } named && named.Contains('@', StringComparison.Ordinal) ? DeploymentName.Profile(named) : StepTimeProfiles.Find(parsed.GetValue(profile)!);
    Console.WriteLine($"{fleetSize} × {steps.Name}, {planner.Name}, load {parsed.GetValue(load).ToString(CultureInfo.InvariantCulture)}, best of {parsed.GetValue(repetitions)}; {Machine()}");

    BenchCase Case(string name, string? path, WorkloadSpec synthetic, bool caching)
    {
        var arrivals = path is null ? WorkloadGenerator.Draw(synthetic, parsed.GetValue(seed)) : Trace.Load(TraceReader.Open(path, new TraceReadOptions())).Requests;
        return BenchCase.AtLoad(name, arrivals, BenchCase.Fleet(steps, planner, fleetSize, parsed.GetValue(blockSize), caching, arrivals), parsed.GetValue(load));
    }

    void Report(BenchCase benchCase)
    {
        Console.WriteLine($"{benchCase.Name}: {benchCase.Trace.Count} requests in {benchCase.Trace[^1].ArrivalUs / 1_000_000} s of virtual time");
        if (parsed.GetValue(onlyLeaping))
        {
            Console.WriteLine(Measurement.Of(benchCase, leaping: true, parsed.GetValue(repetitions)).Line("leaping"));
            return;
        }

        var (leaping, stepping) = Measurement.Pair(benchCase, parsed.GetValue(repetitions));
        Console.WriteLine(leaping.Line("leaping"));
        Console.WriteLine(stepping.Line("step by step"));
        if (!leaping.Result.Records.SequenceEqual(stepping.Result.Records)) throw new InvalidOperationException("Leaping changed the result.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {stepping.CpuS / leaping.CpuS:0.0} times as fast, with equal records; prefix hits {leaping.Result.PrefixHitRate * 100:0.0} %, {leaping.Result.Preemptions} preemptions"));
    }

    var chat = Case("chat", parsed.GetValue(trace), BenchCase.AzureLike(parsed.GetValue(requests)), caching: false);
    Report(chat);
    Report(Case("shared prefixes", parsed.GetValue(prefixTrace), BenchCase.MooncakeLike(parsed.GetValue(prefixRequests)), caching: true));
    foreach (var other in (parsed.GetValue(peer) ?? []).Select(Peer.Parse))
    {
        var part = chat with { Trace = [.. chat.Trace.Take(parsed.GetValue(peerRequests))] };
        var (theirsS, ours) = (other.SimulateS(part.Trace, fleetSize, parsed.GetValue(python)!), Measurement.Of(part, leaping: true, parsed.GetValue(repetitions)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{other.Name}: {part.Trace.Count / theirsS:N0} requests/s of processor time ({part.Trace.Count} requests in {theirsS:0.00} s); Kantor on the same {part.Trace.Count / ours.CpuS:N0} requests/s ({ours.CpuS:0.000} s), {theirsS / ours.CpuS:N0} times as fast"));
    }

    Console.WriteLine(Machine());
});

foreach (var count in (Option<int>[])[requests, prefixRequests, replicas, blockSize, repetitions, peerRequests]) Require(count, value => value >= 1, "at least 1");
Require(load, value => value is > 0 and <= 10, "above 0 and at most 10");

try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or TraceException or Kantor.Simulation.Events.SimulationException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static void Require<T>(Option<T> option, Predicate<T> holds, string range) => option.Validators.Add(result =>
{
    if (result.Tokens.Count > 0 && !holds(result.GetValueOrDefault<T>()!)) result.AddError($"{option.Name} is {range}.");
});

static string Machine() => File.Exists("/proc/loadavg") ? $"load average {File.ReadAllText("/proc/loadavg")[..14]} on {Environment.ProcessorCount} cores" : $"{Environment.ProcessorCount} cores";
