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
    public const string DefaultLoads = "0.8,1,1.3,1.6";
    public const int DefaultReplicates = 5;
    public const string All = "all";

    private const int ReplicatesMax = 1000;
    private const int ThreadsMax = 1024;
    private const double LoadMin = 0.01;
    private const double LoadMax = 100;

    private readonly OptionChecks _checks = new();
    private readonly CompareArguments _typed;
    private ComparedDecision _decision = ComparedDecision.All[0];

    private CompareValidation(CompareArguments typed) => _typed = typed;

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

    private CompareSettings? Parse()
    {
        var compiled = CompileOne();
        foreach (var note in compiled.Notes) Console.Error.WriteLine($"kantor: {note}");
        foreach (var error in compiled.Errors.Concat(_typed.Run.Reports.Errors())) _checks.Add(error);
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
            Decision = _decision,
            Policies = policies,
            Loads = loads,
            KneeRateScale = knee,
            Replicates = replicates,
            Tunes = _typed.Tune,
            TriesOtherWorlds = _typed.Sensitivity,
            Threads = threads,
        };
    }

    /// <summary>The scenario of all decisions but the compared one.</summary>
    private CompiledFlags CompileOne()
    {
        RequireDecision();
        RequireOneOf("--routing", "router", _typed.Run.Routing);
        RequireOneOf("--policy", "batch policy there", _typed.Run.Policy);
        var run = _typed.Run with { Policy = _typed.Run.Policy ?? ComparedDecision.All[0].Baseline, RateScale = null };
        return ScenarioFlags.Compile(run, drawsSample: true);
    }

    private void RequireOneOf(string option, string what, string? typed)
    {
        if (typed?.Contains(',', StringComparison.Ordinal) != true) return;
        _checks.Add($"{option}: compare takes one {what}; sweep takes several.");
    }

    /// <summary>A decision that exists, and that is not fixed by another option too.</summary>
    private void RequireDecision()
    {
        var (name, all) = (_typed.Decision ?? _decision.Name, ComparedDecision.All);
        if (all.FirstOrDefault(known => known.Name == name) is not { } found)
        {
            _checks.Add($"--decision '{name}' is not known; known are {string.Join(", ", all.Select(known => known.Name))}.");
            return;
        }

        _decision = found;
        (string Option, string? Typed)[] fixing =
        [
            ("--policy", _typed.Run.Policy), ("--admission", _typed.Run.Admission), ("--predictor", _typed.Run.Predictor),
            ("--retention", _typed.Run.Retention), ("--routing", _typed.Run.Routing),
        ];
        if (fixing.Any(one => one.Option == found.Option && one.Typed is not null))
        {
            _checks.Add($"{found.Option}: the policies of this decision are compared; name them with --policies and --baseline.");
        }
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
        foreach (var text in typed.Prepend(_typed.Baseline ?? _decision.Baseline).SelectMany(Expand))
        {
            if (!_decision.IsRight("--policies", text, _checks.Add, $", {All} and the families {Families()}")) continue;
            var policy = new ComparedPolicy(_decision, PolicySpec.Parse(text));
            if (found.TrueForAll(known => known.Label != policy.Label)) found.Add(policy);
        }

        return found;
    }

    private IEnumerable<string> Expand(string text)
    {
        if (text == All) return _decision.Names;
        if (_decision.Names.Contains(text)) return [text];
        var family = _decision.Names.Where(name => _decision.FamilyOf(name) == text).ToArray();
        return family.Length > 0 ? family : [text];
    }

    private string Families() => string.Join(", ", _decision.Names.Select(_decision.FamilyOf).Distinct());

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
