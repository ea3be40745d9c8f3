using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Reports.Sweeps;

namespace Kantor.Cli.Sweep;

/// <summary>What <c>kantor sweep</c> is to do, checked.</summary>
internal sealed record SweepSettings
{
    /// <summary>What all cells share; where they differ, it is as the first value of each list says.</summary>
    public required Scenario Shared { get; init; }

    /// <summary>Where requests come from and reports go.</summary>
    public required RunSettings Run { get; init; }

    /// <summary>The cells in the order of the grid.</summary>
    public required IReadOnlyList<SweepTask> Tasks { get; init; }

    /// <summary>Simulations at a time; no figure depends on it.</summary>
    public required int Threads { get; init; }
}

/// <summary>One cell to simulate.</summary>
internal sealed record SweepTask(SweepPoint Point, RunCell Cell);
