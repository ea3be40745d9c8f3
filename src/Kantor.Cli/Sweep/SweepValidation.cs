using System.Globalization;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Reports.Sweeps;

namespace Kantor.Cli.Sweep;

/// <summary>
/// Turns what was typed into the cells of a grid, or into the list of all that is wrong with it. Each value of a list is checked as
/// <see cref="SimulateValidation"/> checks it alone. Pure.
/// </summary>
internal static class SweepValidation
{
    /// <summary>Most cells of a grid.</summary>
    public const int CellsMax = 10_000;

    private const int ThreadsMax = 1024;

    private static readonly Axis[] Axes =
    [
        new("--replicas", typed => typed.Replicas, (typed, value) => typed with { Replicas = value }, settings => settings.Replicas),
        new("--step-tokens", typed => typed.StepTokens, (typed, value) => typed with { StepTokens = value }, settings => settings.Limits.StepTokensMax),
        new("--kv-tokens", typed => typed.KvTokens, (typed, value) => typed with { KvTokens = value }, settings => settings.Kv.BlocksTotal),
        new("--rate-scale", typed => typed.RateScale, (typed, value) => typed with { RateScale = value }, settings => settings.RateScale),
        new("--seed", typed => typed.Seed, (typed, value) => typed with { Seed = value }, settings => settings.Seed),
    ];

    /// <summary>True with settings, or false with at least one error.</summary>
    public static bool TryParse(SweepArguments typed, out SweepSettings? settings, out IReadOnlyList<string> errors)
    {
        var found = new List<string>();
        var shared = Check(typed.Grid, found);
        var threads = Threads(typed.Threads, found);
        if (shared is not null && found.Count == 0) CheckSize(typed.Grid, shared, found);
        errors = [.. found.Distinct()];
        settings = errors.Count > 0 || shared is null ? null : new SweepSettings
        {
            Shared = shared,
            Tasks = [.. Expand(typed.Grid, shared)],
            Threads = threads,
            Command = typed.Grid.CommandOf("sweep"),
        };
        return settings is not null;
    }

    /// <summary>The options with the first value of every list, then every value of every list in the company of what its range depends on.</summary>
    private static SimulateSettings? Check(SimulateArguments typed, List<string> errors)
    {
        var first = Axes.Aggregate(typed, (partial, axis) => axis.With(partial, axis.Values(typed)[0]));
        if (!SimulateValidation.TryParse(first, out var shared, out var wrong)) errors.AddRange(wrong);
        var alone = new SimulateArguments { Profile = typed.Profile, BlockSize = typed.BlockSize };
        foreach (var axis in Axes)
        {
            var seen = new List<object>();
            foreach (var value in axis.Values(typed))
            {
                if (!SimulateValidation.TryParse(axis.With(alone, value), out var settings, out wrong)) errors.AddRange(wrong);
                else if (seen.Contains(axis.Of(settings!))) errors.Add($"{axis.Option} '{axis.Typed(typed)}' gives the same value twice.");
                else seen.Add(axis.Of(settings!));
            }
        }

        return shared;
    }

    private static void CheckSize(SimulateArguments typed, SimulateSettings shared, List<string> errors)
    {
        var cells = Axes.Aggregate((double)shared.Planners.Count * shared.Routers.Count, (product, axis) => product * axis.Values(typed).Length);
        if (cells > CellsMax) errors.Add(string.Create(CultureInfo.InvariantCulture, $"the lists make {cells:0} cells; at most {CellsMax} are allowed, so shorten a list."));
    }

    private static int Threads(string? typed, List<string> errors)
    {
        if (typed is null) return Environment.ProcessorCount;
        if (int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= ThreadsMax) return value;
        errors.Add($"--threads '{typed}' is not in range; it is a whole number from 1 to {ThreadsMax}.");
        return 1;
    }

    private static IEnumerable<SweepTask> Expand(SimulateArguments typed, SimulateSettings shared)
    {
        IEnumerable<SimulateArguments> grid = [.. shared.Routers.Select(router => typed with { Routing = router.Name })];
        foreach (var axis in Axes[..^1]) grid = [.. grid.SelectMany(partial => axis.Values(typed).Select(value => axis.With(partial, value)))];
        grid = grid.SelectMany(partial => shared.Planners.Select(planner => partial with { Policy = planner.Name }));
        return grid.SelectMany(partial => Axes[^1].Values(typed).Select(value => Axes[^1].With(partial, value))).Select(TaskOf);
    }

    private static SweepTask TaskOf(SimulateArguments single)
    {
        if (!SimulateValidation.TryParse(single, out var cell, out var wrong)) throw new UsageException(string.Join(' ', wrong));
        var kvTokens = cell!.Kv.BlocksTotal * (long)cell.Kv.BlockSizeTokens;
        return new SweepTask(new SweepPoint(cell.Planners[0].Name, cell.Routers[0].Name, cell.Replicas, cell.Limits.StepTokensMax, kvTokens, cell.RateScale, cell.Seed), cell);
    }

    /// <summary>An option that is a list here and a single value in a simulation.</summary>
    private sealed record Axis(
        string Option,
        Func<SimulateArguments, string?> Typed,
        Func<SimulateArguments, string?, SimulateArguments> With,
        Func<SimulateSettings, object> Of)
    {
        /// <summary>The typed values; a single null when the option is not given.</summary>
        public string?[] Values(SimulateArguments typed) => Typed(typed)?.Split(',', StringSplitOptions.TrimEntries) ?? new string?[1];
    }
}
