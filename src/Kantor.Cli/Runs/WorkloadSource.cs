using System.Globalization;
using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Core.Randomness;
using Kantor.Simulation.Clients;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Runs;

/// <summary>
/// Gives each cell its requests: those of a trace, batched arrivals spread by the seed, or drawn afresh for each seed. Equal seeds and
/// rates give equal requests. Safe to use from several threads.
/// </summary>
internal sealed class WorkloadSource
{
    private readonly ScenarioWorkload _workload;
    private readonly RunSettings _settings;
    private readonly Trace _first;
    private readonly ulong _firstSeed;
    private readonly Lock _lock = new();
    private (ulong Seed, double RateScale, Trace Trace)? _last;

    private WorkloadSource(Scenario scenario, RunSettings settings, Trace first)
    {
        (_workload, _settings, _first, _firstSeed) = (scenario.Workload, settings, first, scenario.Seed);
        BatchesSpread = Describe(first);
    }

    /// <summary>What reports call the workload.</summary>
    public string Name => _workload.Name;

    /// <summary>Format of the trace; says so when each seed draws one of its own.</summary>
    public string Format => _first.FormatName;

    /// <summary>Requests of a cell.</summary>
    public int Requests => _first.Requests.Count;

    /// <summary>Malformed lines that were left out.</summary>
    public long LinesSkipped => _first.LinesSkipped;

    /// <summary>Whether batched arrivals were found and are spread.</summary>
    public bool BatchesSpread { get; }

    /// <summary>Whether each seed draws requests of its own.</summary>
    public bool IsDrawn => _workload.IsDrawn;

    /// <summary>Whether the seed changes the requests.</summary>
    public bool IsRandom => _workload.IsDrawn || BatchesSpread || _workload.Adapters is not null;

    /// <summary>Reads or draws the workload for the scenario's seed, and says on standard error what should be known about it.</summary>
    /// <exception cref="UsageException">It is malformed, or has no sessions where clients need some.</exception>
    public static WorkloadSource Open(Scenario scenario, RunSettings settings, CancellationToken cancellation)
    {
        var first = Load(scenario.Workload, settings, scenario.Seed, cancellation);
        var needsSessions = scenario.Clients.Options.Loop is SessionLoop;
        if (!needsSessions || first.Requests.Any(request => request.Turn is not null)) return new WorkloadSource(scenario, settings, first);
        throw new UsageException(
            $"{settings.Origin}: a closed loop needs a trace with sessions, and {scenario.Workload.Name} has none; users (--users, loop: "
            + "users) make one without.");
    }

    /// <summary>Output limit that every request declares.</summary>
    public int OutputTokensMax(Scenario scenario) =>
        scenario.Clients.OutputTokensMax ?? _workload.OutputTokensMax ?? _first.OutputTokensMaxDefault;

    /// <summary>The requests of a cell, by its seed and rate.</summary>
    public Trace TraceOf(Scenario scenario) => TraceOf(scenario.Seed, scenario.Workload.RateScale);

    /// <summary>The requests of a seed at a rate; the last ones are kept, because cells that share them follow each other.</summary>
    public Trace TraceOf(ulong seed, double rateScale)
    {
        lock (_lock)
        {
            if (_last is { } last && last.Seed == seed && last.RateScale.Equals(rateScale)) return last.Trace;
        }

        var trace = Make(seed, rateScale);
        lock (_lock) _last = (seed, rateScale, trace);
        return trace;
    }

    private Trace Make(ulong seed, double rateScale)
    {
        var trace = _workload.IsDrawn && seed != _firstSeed ? Load(_workload, _settings, seed, CancellationToken.None) : _first;
        if (BatchesSpread) trace = trace.SpreadBatches(new RandomStream(seed, "spread-batches"));
        if (_workload.Adapters is { } adapters) trace = trace with { Requests = [.. adapters.Assign(trace.Requests, seed)] };
        return trace.ScaleRate(rateScale);
    }

    private static Trace Load(ScenarioWorkload workload, RunSettings settings, ulong seed, CancellationToken cancellation)
    {
        try
        {
            return workload.Load(settings.Folder, seed, cancellation);
        }
        catch (TraceException wrong)
        {
            throw new UsageException($"{settings.Origin}: {wrong.Message}");
        }
    }

    /// <summary>
    /// Says which lines were left out, what else should be known, and whether arrivals come in batches; true when those are to be spread.
    /// </summary>
    private bool Describe(Trace trace)
    {
        if (trace.LinesSkipped > 0) Say($"malformed lines left out: {trace.LinesSkipped}; the first is {trace.FirstFault}.");
        if (trace.Note is { } note) Say($"{note}.");
        if (_workload.IsDrawn) return false;
        var batches = ArrivalBatches.Of(trace.Requests);
        if (!batches.AreBatched) return false;
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"arrivals come in batches ({batches.DistinctTimes} different times for {batches.Requests} requests, mostly "
            + $"{batches.TickUs / 1e6:0.###} s apart); ");
        Say(found + (_workload.SpreadsBatches
            ? "they are spread at random over that time (spread-batches false leaves them as they are)."
            : "they are left as they are (spread-batches false)."));
        return _workload.SpreadsBatches;
    }

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
