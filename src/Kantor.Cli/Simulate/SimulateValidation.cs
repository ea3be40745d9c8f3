using System.Globalization;
using Kantor.Cli.Policies;
using Kantor.Core.Retention;
using Kantor.Core;
using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.StepTime;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;
using Kantor.Hardware.Published;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Simulate;

/// <summary>
/// Turns what was typed into settings, or into the list of all that is wrong with it: each entry names the option and what would be right.
/// Reads the profile when it is a file, and is pure otherwise.
/// </summary>
internal sealed class SimulateValidation
{
    public const string DefaultPolicies = "fcfs,vllm-v1,sarathi,svf";
    public const string DefaultProfile = "yi-34b-a100-tp2";
    public const string DefaultAdmission = "accept-all";

    /// <summary>Value of <c>--retention</c> when it is not given.</summary>
    public const string DefaultRetention = "lru";
    public const string DefaultSlo = "ttft=2s,itl=200ms";
    public const string DefaultPredictor = "class-quantile";
    public const int DefaultBlockSizeTokens = 16;

    private const string ConstantPredictor = "constant:";

    private readonly List<string> _errors = [];

    private SimulateValidation()
    {
    }

    /// <summary>True with settings, or false with at least one error.</summary>
    public static bool TryParse(SimulateArguments typed, out SimulateSettings? settings, out IReadOnlyList<string> errors)
    {
        var validation = new SimulateValidation();
        var parsed = validation.Parse(typed);
        settings = validation._errors.Count == 0 ? parsed : null;
        errors = validation._errors;
        return settings is not null;
    }

    private SimulateSettings Parse(SimulateArguments typed)
    {
        var profile = Profile(typed.Profile ?? DefaultProfile) ?? StepTimeProfiles.All[0];
        RequireDifferent(("--json", typed.Json), ("--csv", typed.Csv), ("--html", typed.Html));
        var predictor = typed.Predictor ?? DefaultPredictor;
        var seed = Seed(typed.Seed);
        return new SimulateSettings
        {
            TracePath = NotEmpty("--trace", typed.Trace),
            Planners = TypedPolicies.List(KnownPolicies.Shelves.Planners, "--policy", typed.Policy ?? DefaultPolicies, planner => planner.Name, _errors.Add),
            Routers = TypedPolicies.List(
                KnownPolicies.Shelves.Routers, "--routing", typed.Routing ?? PolicyCatalogue.RouterNames[0], router => router.Name, _errors.Add),
            Replicas = Whole("--replicas", typed.Replicas, 1, 4096) ?? 1,
            Profile = profile,
            Limits = new BatchLimits
            {
                StepTokensMax = Whole("--step-tokens", typed.StepTokens, 1, 100_000_000) ?? profile.Limits.StepTokensMax,
                RunningMax = Whole("--running-max", typed.RunningMax, 1, 1_000_000) ?? profile.Limits.RunningMax,
                WaitingMax = int.MaxValue,
            },
            Kv = Kv(typed, profile),
            OutputTokensMax = Whole("--max-tokens", typed.MaxTokens, 1, 100_000_000),
            PredictorName = predictor,
            NewPredictor = Predictor(predictor),
            RateScale = RateScale(typed.RateScale),
            Seed = seed,
            Clients = ClientValidation.Parse(typed, seed, _errors),
            Admission = TypedPolicies.One(KnownPolicies.Shelves.Admissions, "--admission", typed.Admission ?? DefaultAdmission, _errors.Add) ?? new AcceptAllAdmission(),
            Objective = ObjectiveOf(typed),
            RequestsLimit = Whole("--limit", typed.Limit, 1, int.MaxValue),
            SpreadsBatches = TrueOrFalse("--spread-batches", typed.SpreadBatches, otherwise: true),
            Leaps = !typed.NoLeap,
            SkipsBadLines = typed.SkipBadLines,
            JsonPath = NotEmpty("--json", typed.Json),
            CsvPath = NotEmpty("--csv", typed.Csv),
            HtmlPath = NotEmpty("--html", typed.Html),
            Command = typed.CommandOf("simulate"),
        };
    }

    private StepTimeProfile? Profile(string typed)
    {
        if (typed.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return Made(typed, path => EngineProfileFile.Read(path).ToProfile());
        if (!typed.Contains('@', StringComparison.Ordinal))
        {
            return OneOf("--profile", typed, [.. StepTimeProfiles.All.Select(known => known.Name), DeploymentName.Form, "FILE.json"], StepTimeProfiles.Find);
        }

        return Made(typed, DeploymentName.Profile);
    }

    private StepTimeProfile? Made(string typed, Func<string, StepTimeProfile> make)
    {
        try
        {
            return make(typed);
        }
        catch (FormatException wrong)
        {
            _errors.Add($"--profile: {wrong.Message}");
            return null;
        }
    }

    private KvLedgerOptions Kv(SimulateArguments typed, StepTimeProfile profile)
    {
        var blockSize = Whole("--block-size", typed.BlockSize, 1, 1_000_000) ?? DefaultBlockSizeTokens;
        var tokens = Whole("--kv-tokens", typed.KvTokens, 1, int.MaxValue) ?? profile.KvTokens;
        if (tokens < blockSize) _errors.Add($"--kv-tokens {tokens} is less than one block of {blockSize} tokens; it must be at least --block-size.");
        if (typed is { NoPrefixCache: true, Retention: not null }) _errors.Add("--retention has no effect with --no-prefix-cache; leave one of the two.");
        return new KvLedgerOptions
        {
            BlocksTotal = Math.Max(1, tokens / blockSize),
            BlockSizeTokens = blockSize,
            PrefixCaching = !typed.NoPrefixCache,
            Retention = TypedPolicies.One(KnownPolicies.Shelves.Retentions, "--retention", typed.Retention ?? DefaultRetention, _errors.Add) ?? new LruRetention(),
        };
    }

    private Func<ILengthPredictor> Predictor(string typed)
    {
        // The short form of constant:tokens=N.
        var isShort = typed.StartsWith(ConstantPredictor, StringComparison.Ordinal) && !typed.Contains('=', StringComparison.Ordinal);
        var written = isShort ? ConstantPredictor + "tokens=" + typed[ConstantPredictor.Length..] : typed;
        return TypedPolicies.One(KnownPolicies.Shelves.Predictors, "--predictor", written, _errors.Add, " and constant:N (N output tokens)") is null
            ? () => new ConstantLengthPredictor(1)
            : () => KnownPolicies.Shelves.Predictors.Make(written);
    }

    private double RateScale(string? typed)
    {
        const double Min = 1e-6, Max = 1e6;
        if (typed is null) return 1;
        if (double.TryParse(typed, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= Min and <= Max) return value;
        _errors.Add($"--rate-scale '{typed}' is not a factor; it is a number from 0.000001 to 1000000, such as 1.5.");
        return 1;
    }

    private ulong Seed(string? typed)
    {
        if (typed is null) return 1;
        if (ulong.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
        _errors.Add($"--seed '{typed}' is not a seed; it is a whole number from 0 to {ulong.MaxValue}.");
        return 1;
    }

    private SloSpec Slo(string typed)
    {
        if (!SloSpec.TryParse(typed, out var slo, out var error)) _errors.Add($"--slo: {error}.");
        return slo;
    }

    private Objective ObjectiveOf(SimulateArguments typed)
    {
        if (typed.Objective is not { } line) return Objective.Goodput(Slo(typed.Slo ?? DefaultSlo));
        if (typed.Slo is not null) _errors.Add("--objective and --slo both say what runs are judged by; leave one, and write --objective 'goodput(...)' for the other.");
        if (!Objective.TryParse(line, out var objective, out var error)) _errors.Add($"--objective: {error}");
        return objective;
    }

    private bool TrueOrFalse(string option, string? typed, bool otherwise)
    {
        if (typed is null) return otherwise;
        if (bool.TryParse(typed, out var value)) return value;
        _errors.Add($"{option} '{typed}' is not an answer; it is true or false.");
        return otherwise;
    }

    private void RequireDifferent(params (string Option, string? Path)[] reports)
    {
        foreach (var same in reports.Where(report => report.Path is not null).GroupBy(report => report.Path).Where(same => same.Count() > 1))
        {
            _errors.Add($"{string.Join(" and ", same.Select(report => report.Option))} both write to '{same.Key}'; give them different files.");
        }
    }

    private string? NotEmpty(string option, string? typed)
    {
        if (typed is not null && string.IsNullOrWhiteSpace(typed)) _errors.Add($"{option} needs a file name.");
        return typed;
    }

    private int? Whole(string option, string? typed, int min, int max)
    {
        if (typed is null) return null;
        if (int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max) return value;
        _errors.Add($"{option} '{typed}' is not in range; it is a whole number from {min} to {max}.");
        return null;
    }

    private T? OneOf<T>(string option, string name, IReadOnlyList<string> known, Func<string, T> make)
        where T : class
    {
        if (known.Contains(name)) return make(name);
        _errors.Add($"{option} '{name}' is not known; known are {string.Join(", ", known)}.");
        return null;
    }
}
