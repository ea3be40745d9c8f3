using System.Globalization;
using Kantor.Cli.Policies;
using Kantor.Cli.Runs;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;

namespace Kantor.Cli.Compare;

/// <summary>Turns what was typed into settings, or into the list of all that is wrong with it. Pure but for profiles in files.</summary>
internal sealed class CompareValidation
{
    public const string DefaultBaseline = "vllm-v1";
    public const string DefaultLoads = "0.8,1,1.3,1.6";
    public const int DefaultReplicates = 5;
    public const string All = "all";

    private const int ReplicatesMax = 1000;
    private const int ThreadsMax = 1024;
    private const double LoadMin = 0.01;
    private const double LoadMax = 100;

    private readonly OptionChecks _checks = new();
    private readonly CompareArguments _typed;

    private CompareValidation(CompareArguments typed) => _typed = typed;

    private static PolicyShelf<IBatchPlanner> Shelf => KnownPolicies.Shelves.Planners;

    /// <summary>The settings; what is right but changes nothing goes to standard error.</summary>
    /// <exception cref="UsageException">Something is wrong; all of it is in the message.</exception>
    public static CompareSettings Parse(CompareArguments typed)
    {
        var validation = new CompareValidation(typed);
        var settings = validation.Parse();
        validation._checks.ThrowIfAny();
        return settings!;
    }

    /// <summary>True with settings, or false with at least one error.</summary>
    public static bool TryParse(CompareArguments typed, out CompareSettings? settings, out IReadOnlyList<string> errors)
    {
        var validation = new CompareValidation(typed);
        settings = validation.Parse();
        errors = validation._checks.Errors;
        return errors.Count == 0;
    }

    /// <summary>Family of a policy: the room of the sources that it lives in, such as "volume".</summary>
    public static string FamilyOf(PolicyEntry<IBatchPlanner> entry)
    {
        var room = entry.Make(PolicySpec.Of(entry.Name)).GetType().Namespace ?? "";
        return room[(room.LastIndexOf('.') + 1)..].ToLowerInvariant();
    }

    private CompareSettings? Parse()
    {
        var compiled = ScenarioFlags.Compile(_typed.Run with { Policy = DefaultBaseline, RateScale = null }, drawsSample: true);
        foreach (var note in compiled.Notes) Console.Error.WriteLine($"kantor: {note}");
        foreach (var error in compiled.Errors.Concat(_typed.Run.Reports.Errors())) _checks.Add(error);
        RequireOneRouter();
        var policies = Policies();
        var loads = Loads();
        var replicates = _checks.Whole("--seeds", _typed.Seeds, 1, ReplicatesMax) ?? DefaultReplicates;
        var threads = _checks.Whole("--threads", _typed.Threads, 1, ThreadsMax) ?? Environment.ProcessorCount;
        var knee = _checks.Number("--knee", _typed.Knee, 1e-6, 1e6);
        if (_checks.Errors.Count > 0 || compiled.Scenario is not { } scenario) return null;
        return new CompareSettings
        {
            Scenario = scenario,
            Run = RunOf(_typed),
            Policies = policies,
            Loads = loads,
            KneeRateScale = knee,
            Replicates = replicates,
            Tunes = _typed.Tune,
            TriesOtherConstants = _typed.Sensitivity,
            Threads = threads,
        };
    }

    private void RequireOneRouter()
    {
        if (_typed.Run.Routing?.Contains(',', StringComparison.Ordinal) != true) return;
        _checks.Add("--routing: compare takes one router; sweep takes several.");
    }

    private static RunSettings RunOf(CompareArguments typed) => new()
    {
        Origin = "--trace",
        Reports = typed.Run.Reports,
        Leaps = !typed.Run.NoLeap,
        Command = typed.Command,
    };

    /// <summary>Names, families and "all", each policy once, the baseline first.</summary>
    private List<ComparedPolicy> Policies()
    {
        var found = new List<ComparedPolicy>();
        var typed = (_typed.Policies ?? All).Split(',', StringSplitOptions.TrimEntries);
        foreach (var text in typed.Prepend(_typed.Baseline ?? DefaultBaseline).SelectMany(Expand))
        {
            if (TypedPolicies.One(Shelf, "--policies", text, _checks.Add, $", {All} and the families {Families()}") is null) continue;
            var spec = PolicySpec.Parse(text);
            var policy = new ComparedPolicy(spec, Shelf.Find(spec.Name));
            if (found.TrueForAll(known => known.Label != policy.Label)) found.Add(policy);
        }

        return found;
    }

    private static IEnumerable<string> Expand(string text)
    {
        if (text == All) return Shelf.Names;
        if (Shelf.Names.Contains(text)) return [text];
        var family = Shelf.Entries.Where(entry => FamilyOf(entry) == text).Select(entry => entry.Name).ToArray();
        return family.Length > 0 ? family : [text];
    }

    private static string Families() => string.Join(", ", Shelf.Entries.Select(FamilyOf).Distinct());

    private List<double> Loads()
    {
        var loads = new List<double>();
        foreach (var text in (_typed.Load ?? DefaultLoads).Split(',', StringSplitOptions.TrimEntries))
        {
            if (_checks.Number("--load", text, LoadMin, LoadMax) is not { } load) continue;
            if (loads.Contains(load)) _checks.Add(string.Create(CultureInfo.InvariantCulture, $"--load: {load} is there twice."));
            loads.Add(load);
        }

        return [.. loads.Order()];
    }
}
