using Kantor.Cli.Simulate;
using Kantor.Reports.Sweeps;

namespace Kantor.Cli.Sweep;

/// <summary>What <c>kantor sweep</c> is to do, checked.</summary>
internal sealed record SweepSettings
{
    /// <summary>What all cells share; lists are those of the first cell.</summary>
    public required SimulateSettings Shared { get; init; }

    /// <summary>The cells in the order of the grid; each has one batch and one routing policy.</summary>
    public required IReadOnlyList<SweepTask> Tasks { get; init; }

    /// <summary>Simulations at a time; no figure depends on it.</summary>
    public required int Threads { get; init; }

    /// <summary>How to get the same figures again.</summary>
    public required string Command { get; init; }
}

/// <summary>One cell to simulate.</summary>
internal sealed record SweepTask(SweepPoint Point, SimulateSettings Settings);
