using System.Globalization;
using Kantor.Cli.Scenarios;
using Kantor.Cli.Yaml;
using Kantor.Core;
using Kantor.Core.Objectives;
using Kantor.Hardware.Profiles;

namespace Kantor.Cli.Simulate;

/// <summary>
/// Compiles options of a command line to the scenario that a file with the same words gives, and judges it as the file would be judged:
/// each problem names its option and what would be right. Reads the profile when it is a file, and is pure otherwise.
/// </summary>
internal sealed class ScenarioFlags
{
    public const string DefaultPolicies = "fcfs,vllm-v1,sarathi,svf";
    public const string DefaultProfile = "yi-34b-a100-tp2";
    public const string DefaultAdmission = "accept-all";
    public const string DefaultSlo = "ttft=2s,itl=200ms";
    public const string DefaultPredictor = "class-quantile";
    public const string DefaultRetention = "lru";
    public const int DefaultBlockSizeTokens = 16;

    private readonly FlagTree _tree = new();
    private readonly List<string> _errors = [];
    private readonly SimulateArguments _typed;

    private ScenarioFlags(SimulateArguments typed) => _typed = typed;

    /// <summary>The scenario, or all that is wrong with what was typed.</summary>
    /// <param name="typed">The options.</param>
    /// <param name="drawsSample">Whether requests are drawn afresh for each seed when no trace is given, instead of those of the trace that
    /// ships.</param>
    public static CompiledFlags Compile(SimulateArguments typed, bool drawsSample = false) => new ScenarioFlags(typed).Compile(drawsSample);

    private CompiledFlags Compile(bool drawsSample)
    {
        _errors.AddRange(FlagContradictions.Of(_typed));
        Workload(_typed.Trace is not null ? "trace" : drawsSample ? "fresh-sample" : "sample");
        Clients();
        Fleet();
        _tree.Plain("--seed", _typed.Seed, "seed");
        _tree.Text(_typed.Objective is null ? "--slo" : "--objective", ObjectiveLine(), "objective");
        var found = new Problems();
        ScenarioFile.TryRead(_tree.Root, path => EngineProfileFile.Read(path).ToProfile(), found, out var scenario);
        _errors.AddRange(found.InOrder.Select(_tree.Describe));
        return new CompiledFlags(_errors.Count == 0 ? scenario : null, [.. _errors.Distinct()], [.. found.Notes.Select(_tree.Describe)]);
    }

    private void Workload(string kind)
    {
        _tree.Keys("--trace", "workload", kind);
        _tree.Text("--trace", _typed.Trace, "workload", kind, "file");
        _tree.Plain("--limit", _typed.Limit, "workload", kind, "limit");
        if (_typed.Users is null) _tree.Plain("--rate-scale", _typed.RateScale, "workload", kind, "rate-scale");
        // What ships or is drawn has neither batches nor bad lines, so that these two hold of it whatever they say.
        if (_typed.SpreadBatches is { } typed && !bool.TryParse(typed, out _))
        {
            _errors.Add($"--spread-batches: is '{typed}'; right is true or false.");
        }
        else if (kind == "trace")
        {
            _tree.Plain("--spread-batches", _typed.SpreadBatches?.ToLowerInvariant(), "workload", kind, "spread-batches");
        }
        if (kind == "trace" && _typed.SkipBadLines) _tree.Plain("--skip-bad-lines", "true", "workload", kind, "skip-bad-lines");
    }

    private void Clients()
    {
        if (_typed is { ClosedLoop: true, Trace: not null, Users: null }) _tree.Text("--closed-loop", "sessions", "clients", "loop");
        _tree.Plain("--users", _typed.Users, "clients", "loop", "users", "count");
        if (_typed.Users is not null) _tree.Plain("--think", _typed.Think, "clients", "loop", "users", "think");
        _tree.Plain("--timeout", _typed.Timeout, "clients", "timeout");
        _tree.Plain("--max-tokens", _typed.MaxTokens, "clients", "output-tokens-max");
        if (_typed.Retries is null) return;
        const int most = 999;
        var isNumber = int.TryParse(_typed.Retries, NumberStyles.None, CultureInfo.InvariantCulture, out var retries);
        if (!isNumber || retries > most) _errors.Add($"--retries: is '{_typed.Retries}'; right is a whole number from 0 to {most}.");
        else if (retries > 0) _tree.Plain("--retries", $"{retries + 1}", "clients", "retries", "attempts");
    }

    private void Fleet()
    {
        _tree.Text("--profile", _typed.Profile ?? DefaultProfile, "fleet", "profile");
        _tree.List("--policy", _typed.Policy ?? DefaultPolicies, "fleet", "policies");
        _tree.List("--routing", _typed.Routing ?? PolicyCatalogue.RouterNames[0], "fleet", "routers");
        _tree.Text("--admission", _typed.Admission, "fleet", "admission");
        _tree.Text("--predictor", _typed.Predictor, "fleet", "predictor");
        _tree.Plain("--replicas", _typed.Replicas, "fleet", "replicas");
        _tree.Plain("--step-tokens", _typed.StepTokens, "fleet", "limits", "step-tokens-max");
        _tree.Plain("--running-max", _typed.RunningMax, "fleet", "limits", "running-max");
        _tree.Plain("--kv-tokens", _typed.KvTokens is { } tokens ? tokens + " tokens" : null, "fleet", "kv", "size");
        _tree.Plain("--block-size", _typed.BlockSize, "fleet", "kv", "block-tokens");
        _tree.Text("--retention", _typed.Retention, "fleet", "kv", "retention");
        if (_typed.NoPrefixCache) _tree.Plain("--no-prefix-cache", "false", "fleet", "kv", "prefix-caching");
    }

    /// <summary>The short form spelled out; null where the usual one holds.</summary>
    private string? ObjectiveLine()
    {
        if (_typed.Objective is not null || _typed.Slo is null) return _typed.Objective;
        if (SloSpec.TryParse(_typed.Slo, out var slo, out var error)) return $"goodput({slo})";
        _errors.Add($"--slo: {error}.");
        return null;
    }
}

/// <summary>What options of a command line mean.</summary>
/// <param name="Scenario">The scenario; null when something is wrong.</param>
/// <param name="Errors">What is wrong, each with its option; each once.</param>
/// <param name="Notes">What is right but changes nothing.</param>
internal sealed record CompiledFlags(Scenario? Scenario, IReadOnlyList<string> Errors, IReadOnlyList<string> Notes);
