using System.Collections.Immutable;
using Kantor.Simulation;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;

namespace Kantor.Planning;

/// <summary>How much is simulated before a layout is judged, and on how many threads.</summary>
public sealed record TrialOptions
{
    /// <summary>Runs of a trial, each with a seed of its own, at least 1.</summary>
    public int SeedsMin { get; init; } = 2;

    /// <summary>
    /// While the interval holds the target the runs are doubled up to so many, at least <see cref="SeedsMin"/>. A recorded trace has one
    /// run.
    /// </summary>
    public int SeedsMax { get; init; } = 8;

    /// <summary>Simulations at a time, at least 1; no figure depends on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SeedsMin, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SeedsMax, SeedsMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SeedsMax, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(Threads, 1);
    }
}

/// <summary>
/// Simulates layouts under a load, one simulation a task, and judges them by paired seeds: every layout sees the same requests.
/// </summary>
public sealed class TrialBench : IDisposable
{
    private readonly PlanLoad _load;
    private readonly PlanObjective _objective;
    private readonly TrialOptions _options;
    private readonly Func<SimulationObserver>? _newObserver;
    private readonly SemaphoreSlim _free;

    /// <summary>A bench; <paramref name="newObserver"/> makes the watcher of one simulation.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public TrialBench(PlanLoad load, PlanObjective objective, TrialOptions? options = null, Func<SimulationObserver>? newObserver = null)
    {
        (_load, _objective, _options, _newObserver) = (load, objective, options ?? new TrialOptions(), newObserver);
        _objective.Validate();
        _options.Validate();
        _free = new SemaphoreSlim(_options.Threads);
    }

    /// <summary>Simulations at a time.</summary>
    public int Threads => _options.Threads;

    /// <summary>The load.</summary>
    public PlanLoad Load => _load;

    /// <summary>What is asked.</summary>
    public PlanObjective Objective => _objective;

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    /// <summary>
    /// Share of requests within the objectives on so many units, at a rate or the load's own; more seeds until it is sure or they are used
    /// up.
    /// </summary>
    /// <exception cref="SimulationException">A policy made no progress.</exception>
    /// <exception cref="OperationCanceledException">The search was cancelled.</exception>
    public async Task<AttainmentEstimate> TryOutAsync(
        FleetLayout layout, int units, double? ratePerS = null, CancellationToken cancellation = default)
    {
        var runs = ImmutableArray<bool[]>.Empty;
        for (var seeds = _load.IsRandom ? _options.SeedsMin : 1; ; seeds = Math.Min(2 * seeds, _options.SeedsMax))
        {
            var more = Enumerable.Range(runs.Length, seeds - runs.Length);
            runs = runs.AddRange(
                await Task.WhenAll(more.Select(seed => RunAsync(layout, units, ratePerS, PlanLoad.FirstSeed + (ulong)seed, cancellation))));
            var estimate = AttainmentEstimate.Of(runs);
            if (!_load.IsRandom || seeds == _options.SeedsMax || estimate.IsSure(_objective.Attainment)) return estimate;
        }
    }

    private async Task<bool[]> RunAsync(FleetLayout layout, int units, double? ratePerS, ulong seed, CancellationToken cancellation)
    {
        var requests = _load.RequestsOf(seed, ratePerS);
        var shares = layout.UnitsStandAlone ? units : 1;
        var options = layout.Options(layout.UnitsStandAlone ? 1 : units, _objective.Objective, _load.OutputTokensMax);
        var met = new bool[requests.Count];
        await Task.WhenAll(Enumerable.Range(0, shares).Select(share => SimulateAsync(requests, share, shares, options, met, cancellation)));
        return met;
    }

    /// <summary>
    /// Simulates every <paramref name="shares"/>th request, from number <paramref name="share"/> on, and notes which met the objectives.
    /// </summary>
    private async Task SimulateAsync(
        IReadOnlyList<TraceRequest> requests, int share, int shares, SimulationOptions options, bool[] met, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        try
        {
            await Task.Run(Simulate, cancellation);
        }
        finally
        {
            _free.Release();
        }

        void Simulate()
        {
            var own = shares == 1 ? requests : [.. requests.Where((_, index) => index % shares == share)];
            var records = Simulator.Run(own, options, _newObserver?.Invoke(), cancellation).Records;
            for (var index = 0; index < records.Count; index++) met[(index * shares) + share] = options.Slo.IsMetBy(records[index]);
        }
    }
}
