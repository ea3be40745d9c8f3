using System.Globalization;
using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Reports.Sweeps;

namespace Kantor.Cli.Sweep;

/// <summary>
/// Turns what was typed into the cells of a grid, or into the list of all that is wrong with it. Each value of a list is judged as the
/// scenario that has it alone. Pure.
/// </summary>
internal sealed class SweepValidation
{
    /// <summary>Most cells of a grid.</summary>
    public const int CellsMax = 10_000;

    private const int ThreadsMax = 1024;

    private static readonly Axis[] Axes =
    [
        new("--replicas", typed => typed.Replicas, (typed, value) => typed with { Replicas = value },
        scenario => scenario.Fleet.Pool.Replicas),
        new("--step-tokens", typed => typed.StepTokens, (typed, value) => typed with { StepTokens = value },
        scenario => scenario.Fleet.Pool.Limits.StepTokensMax),
        new("--kv-tokens", typed => typed.KvTokens, (typed, value) => typed with { KvTokens = value },
        scenario => scenario.Fleet.Pool.Kv.BlocksTotal),
        new("--rate-scale", typed => typed.RateScale, (typed, value) => typed with { RateScale = value },
        scenario => scenario.Workload.RateScale),
        new("--seed", typed => typed.Seed, (typed, value) => typed with { Seed = value }, scenario => scenario.Seed),
    ];

    private readonly OptionChecks _checks = new();
    private readonly List<string> _notes = [];
    private readonly SweepArguments _typed;

    private SweepValidation(SweepArguments typed) => _typed = typed;

    /// <summary>The settings; what is right but changes nothing goes to standard error.</summary>
    /// <exception cref="UsageException">Something is wrong; all of it is in the message.</exception>
    public static SweepSettings Parse(SweepArguments typed)
    {
        var validation = new SweepValidation(typed);
        var settings = validation.Parse();
        foreach (var note in validation._notes.Distinct()) Console.Error.WriteLine($"kantor: {note}");
        validation._checks.ThrowIfAny();
        return settings!;
    }

    /// <summary>True with settings, or false with at least one error.</summary>
    public static bool TryParse(SweepArguments typed, out SweepSettings? settings, out IReadOnlyList<string> errors)
    {
        var validation = new SweepValidation(typed);
        settings = validation.Parse();
        errors = validation._checks.Errors;
        return settings is not null;
    }

    private SweepSettings? Parse()
    {
        var shared = Check(_typed.Grid);
        var threads = _checks.Whole("--threads", _typed.Threads, 1, ThreadsMax) ?? Environment.ProcessorCount;
        if (shared is null || _checks.Errors.Count > 0 || IsTooLarge(shared)) return null;
        return new SweepSettings
        {
            Shared = shared,
            Run = new RunSettings
            {
                Origin = "--trace",
                Reports = _typed.Grid.Reports,
                Leaps = !_typed.Grid.NoLeap,
                Command = _typed.Grid.CommandOf("sweep"),
            },
            Tasks = [.. Expand(_typed.Grid, shared)],
            Threads = threads,
        };
    }

    /// <summary>
    /// The options with the first value of every list, then every value of every list in the company of what its range depends on.
    /// </summary>
    private Scenario? Check(SimulateArguments typed)
    {
        var shared = Compile(Axes.Aggregate(typed, (partial, axis) => axis.With(partial, axis.Values(typed)[0])));
        foreach (var error in typed.Reports.Errors()) _checks.Add(error);
        var alone = new SimulateArguments { Profile = typed.Profile, BlockSize = typed.BlockSize };
        foreach (var axis in Axes)
        {
            var seen = new List<object>();
            foreach (var value in axis.Values(typed))
            {
                if (Compile(axis.With(alone, value)) is not { } scenario) continue;
                if (seen.Contains(axis.Of(scenario))) _checks.Add($"{axis.Option} '{axis.Typed(typed)}' gives the same value twice.");
                else seen.Add(axis.Of(scenario));
            }
        }

        return shared;
    }

    private Scenario? Compile(SimulateArguments typed)
    {
        var compiled = ScenarioFlags.Compile(typed, drawsSample: true);
        foreach (var error in compiled.Errors) _checks.Add(error);
        _notes.AddRange(compiled.Notes);
        return compiled.Scenario;
    }

    private bool IsTooLarge(Scenario shared)
    {
        var pairs = (double)shared.Fleet.Policies.Count * shared.Fleet.Routers.Count;
        var cells = Axes.Aggregate(pairs, (product, axis) => product * axis.Values(_typed.Grid).Length);
        if (cells <= CellsMax) return false;
        _checks.Add(
            string.Create(
                CultureInfo.InvariantCulture, $"the lists make {cells:0} cells; at most {CellsMax} are allowed, so shorten a list."));
        return true;
    }

    /// <summary>The grid: routing policies outermost, seeds innermost, batch policies just outside them.</summary>
    private static IEnumerable<SweepTask> Expand(SimulateArguments typed, Scenario shared)
    {
        IEnumerable<SimulateArguments> points = [typed];
        foreach (var axis in Axes[..^1])
        {
            points = [.. points.SelectMany(partial => axis.Values(typed).Select(value => axis.With(partial, value)))];
        }
        Scenario[][] seeded =
            [.. points.Select(point => Axes[^1].Values(typed).Select(seed => ScenarioOf(Axes[^1].With(point, seed))).ToArray())];
        return
            from router in shared.Fleet.Routers
            from scenarios in seeded
            from policy in shared.Fleet.Policies
            from scenario in scenarios
            select TaskOf(new RunCell(scenario, policy, router));
    }

    private static Scenario ScenarioOf(SimulateArguments single)
    {
        var compiled = ScenarioFlags.Compile(single, drawsSample: true);
        return compiled.Scenario ?? throw new UsageException(string.Join(' ', compiled.Errors));
    }

    private static SweepTask TaskOf(RunCell cell)
    {
        var (scenario, pool) = (cell.Scenario, cell.Scenario.Fleet.Pool);
        var point = new SweepPoint(
            cell.Policy.Label, cell.Router.Name, pool.Replicas, pool.Limits.StepTokensMax, RunWords.KvTokens(pool),
            scenario.Workload.RateScale, scenario.Seed);
        return new SweepTask(point, cell);
    }

    /// <summary>An option that is a list here and a single value in a simulation.</summary>
    private sealed record Axis(
        string Option,
        Func<SimulateArguments, string?> Typed,
        Func<SimulateArguments, string?, SimulateArguments> With,
        Func<Scenario, object> Of)
    {
        /// <summary>The typed values; a single null when the option is not given.</summary>
        public string?[] Values(SimulateArguments typed) => Typed(typed)?.Split(',', StringSplitOptions.TrimEntries) ?? new string?[1];
    }
}
