using System.CommandLine;
using System.CommandLine.Parsing;
using Kantor.Cli.Policies;
using Kantor.Cli.Shell;
using Kantor.Core;
using Kantor.Core.Objectives;

namespace Kantor.Cli.Engines;

/// <summary>The options that every verb with an engine of its own has.</summary>
/// <param name="defaultPolicy">Policy when none is named.</param>
internal sealed class EngineArguments(string defaultPolicy = EngineArguments.DefaultPolicy)
{
    /// <summary>Policy that serves when none is named.</summary>
    public const string DefaultPolicy = "moore-hodgson";

    /// <summary>Objective on the processor when none is given.</summary>
    public const string ProcessorObjective = "goodput(ttft=2s,itl=500ms)";

    /// <summary>Objective on a GPU when none is given.</summary>
    public const string GpuObjective = "goodput(ttft=500ms,itl=100ms)";

    /// <summary>Admission when none is named.</summary>
    public const string DefaultAdmission = "accept-all";

    /// <summary>Name of the option of the layers on the GPU.</summary>
    public const string GpuLayers = "--gpu-layers";

    /// <summary>Name of the option of the cache in host memory.</summary>
    public const string CacheRam = "--cache-ram";

    /// <summary>Retention when none is named.</summary>
    public const string DefaultRetention = "lru";

    private readonly Option<string?> _model = new("--model")
    {
        Description = "GGUF file, or hf:owner/repository/file.gguf to download once. Default: the built-in probe model.",
        HelpName = "PATH",
    };

    private readonly Option<string> _policy = new("--policy")
    {
        Description = $"Batch policy: {string.Join(", ", PolicyCatalogue.PlannerNames)}; {TypedPolicies.Form}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => defaultPolicy,
    };

    private readonly Option<string?> _policyAssembly = new(PolicyAssembly.Option)
    {
        Description = "Assemblies with further policies, apart by ','.",
        HelpName = "FILES",
    };

    private readonly Option<string> _admission = new("--admission")
    {
        Description =
            $"Who is let in of those who find room in the queue: {string.Join(", ", KnownPolicies.Shelves.Admissions.Names)}; "
            + $"{TypedPolicies.Form}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => DefaultAdmission,
    };

    private readonly Option<string> _retention = new("--retention")
    {
        Description = $"Which cached KV gives its room up first: "
            + $"{string.Join(", ", KnownPolicies.Shelves.Retentions.Names)}; {TypedPolicies.Form}.",
        HelpName = "NAME",
        DefaultValueFactory = _ => DefaultRetention,
    };

    private readonly Option<string?> _objective = new("--objective")
    {
        Description = $"What policies are told that the operator wants: {Objective.Help}. Default: {ProcessorObjective} on the processor, "
            + $"{GpuObjective} on a GPU.",
        HelpName = "TEXT",
    };

    private readonly Option<int> _kvTokens = Number("--kv-tokens", "Tokens of the KV pool, shared by all requests.", 32_768, 1, 1 << 30);
    private readonly Option<int?> _cacheTokens = Optional(
        "--cache-tokens",
        "Most tokens that stay cached in the pool while no request uses them. On the processor attention walks them, so that each makes "
        + "steps slower. Default: 256 on the processor when there is a cache in host memory, 8192 when there is none; all that fit on a "
        + "GPU.",
        0,
        1 << 30);

    private readonly Option<int?> _cacheRam = Optional(
        CacheRam,
        "MiB of host memory to which cached tokens go when the pool gives them up, and from which they are copied back. Default: 8192, at "
        + "most a quarter of the memory; 0 on a GPU.",
        0,
        1 << 24);

    private readonly Option<int> _runningMax = Number("--running-max", "Most requests that run at the same time.", 64, 1, 256);
    private readonly Option<int> _waitingMax = Number(
        "--waiting-max", "Most requests that wait; further ones are answered 429.", 1_024, 1, 1_000_000);
    private readonly Option<int> _stepTokens = Number("--step-tokens", "Most tokens that one step computes.", 512, 1, 1 << 20);
    private readonly Option<int?> _threads = new("--threads") { Description = "Processor threads. Default: one per core.", HelpName = "N" };
    private readonly Option<int?> _samplingThreads = Optional(
        "--sampling-threads",
        "Threads that choose tokens after a step. Default: 1 on the processor, half of the processors, at most 8, on a GPU.",
        1,
        64);

    private readonly Option<int?> _gpuLayers = Optional(
        GpuLayers,
        "Layers computed on the GPU, which must be there; 0 computes on the processor. Default: all of them when there is a GPU.",
        0,
        1 << 20);

    private readonly KernelArguments _kernels = new();

    /// <summary>Puts the options on a verb.</summary>
    public void AddTo(Command command)
    {
        Option[] options =
        [
            _model, _policy, _policyAssembly, _admission, _retention, _objective, _kvTokens, _cacheTokens, _cacheRam, _runningMax,
            _waitingMax, _stepTokens, _threads, _samplingThreads, _gpuLayers,
        ];
        foreach (var option in options) command.Options.Add(option);
        _kernels.AddTo(command);
    }

    /// <summary>What was typed.</summary>
    /// <exception cref="UsageException">The policy is not known.</exception>
    public EngineSettings Read(ParseResult parsed)
    {
        RequirePolicies(parsed);
        return new EngineSettings
        {
            Retention = parsed.GetValue(_retention)!,
            Admission = parsed.GetValue(_admission)!,
            Objective = parsed.GetValue(_objective) is { } line ? ObjectiveOf(line) : null,
            Model = parsed.GetValue(_model),
            Policy = parsed.GetValue(_policy)!,
            KvTokens = parsed.GetValue(_kvTokens),
            CacheTokens = parsed.GetValue(_cacheTokens),
            CacheRamMiB = parsed.GetValue(_cacheRam),
            RunningMax = parsed.GetValue(_runningMax),
            WaitingMax = parsed.GetValue(_waitingMax),
            StepTokens = parsed.GetValue(_stepTokens),
            Threads = parsed.GetValue(_threads),
            SamplingThreads = parsed.GetValue(_samplingThreads),
            GpuLayers = parsed.GetValue(_gpuLayers),
            Kernels = _kernels.Read(parsed, parsed.GetValue(_stepTokens)),
        };
    }

    private void RequirePolicies(ParseResult parsed)
    {
        KnownPolicies.Add(parsed.GetValue(_policyAssembly));
        TypedPolicies.One(KnownPolicies.Shelves.Planners, "--policy", parsed.GetValue(_policy)!, wrong => throw new UsageException(wrong));
        TypedPolicies.One(
            KnownPolicies.Shelves.Admissions, "--admission", parsed.GetValue(_admission)!, wrong => throw new UsageException(wrong));
        TypedPolicies.One(
            KnownPolicies.Shelves.Retentions, "--retention", parsed.GetValue(_retention)!, wrong => throw new UsageException(wrong));
    }

    /// <summary>The objective when none is given.</summary>
    public static Objective UsualObjective(bool onGpu) => ObjectiveOf(onGpu ? GpuObjective : ProcessorObjective);

    private static Objective ObjectiveOf(string line) =>
        Objective.TryParse(line, out var objective, out var error) ? objective : throw new UsageException($"--objective: {error}");

    private static Option<int> Number(string name, string description, int otherwise, int min, int max)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => otherwise };
        option.Validators.Add(result => RequireRange(result, name, min, max));
        return option;
    }

    private static Option<int?> Optional(string name, string description, int min, int max)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result => RequireRange(result, name, min, max));
        return option;
    }

    private static void RequireRange(OptionResult result, string name, int min, int max)
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var value) && (value < min || value > max))
        {
            result.AddError($"{name} is {value}; it must be from {min} to {max}.");
        }
    }
}

/// <summary>What engine to build.</summary>
internal sealed record EngineSettings
{
    /// <summary>Value of <c>--model</c>; null for the built-in model.</summary>
    public string? Model { get; init; }

    public required string Policy { get; init; }

    public string Admission { get; init; } = EngineArguments.DefaultAdmission;

    public string Retention { get; init; } = EngineArguments.DefaultRetention;

    /// <summary>Value of <c>--objective</c>; null for what suits the device.</summary>
    public Objective? Objective { get; init; }

    public int KvTokens { get; init; } = 32_768;

    /// <summary>Value of <c>--cache-tokens</c>; null for what suits the device.</summary>
    public int? CacheTokens { get; init; }

    /// <summary>Value of <c>--cache-ram</c>; null for what suits device and machine.</summary>
    public int? CacheRamMiB { get; init; }

    public int RunningMax { get; init; } = 64;

    public int WaitingMax { get; init; } = 1_024;

    public int StepTokens { get; init; } = 512;

    public int? Threads { get; init; }

    /// <summary>Value of <c>--sampling-threads</c>; null for what suits the device.</summary>
    public int? SamplingThreads { get; init; }

    public int? GpuLayers { get; init; }

    public KernelSettings Kernels { get; init; } = new();
}
