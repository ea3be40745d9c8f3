using System.Globalization;
using Kantor.Cli.Policies;
using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Cli.Traces;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Planning;

namespace Kantor.Cli.Plan;

/// <summary>
/// Turns what was typed into settings, or into the list of all that is wrong with it: each entry names the option and what would be right.
/// </summary>
internal sealed class PlanValidation
{
    public const string DefaultPolicies = "vllm-v1";
    public const string DefaultPrefillPolicy = "prefill-first";
    public const string DefaultDecodePolicy = "fcfs";
    public const string DefaultRouting = "least-loaded";
    public const double DefaultAttainment = 0.9;
    public const int DefaultReplicasMax = 64;
    public const int DefaultRatioMax = 3;
    public const int DefaultGpusPerNode = 8;
    public const double DefaultNodeLinkGbps = 2400;
    public const double DefaultLinkGbps = 400;
    public const int DefaultSeeds = 8;

    /// <summary>Most layouts to choose from.</summary>
    public const int LayoutsMax = 1000;

    /// <summary>Most tokens of a step that are tried beside the profile's own, where they are fewer.</summary>
    public static readonly int[] DefaultStepTokens = [512, 2048];

    private static readonly string[] Answers = ["auto", "never", "only"];

    private readonly OptionChecks _checks = new();
    private readonly List<string> _notes = [];
    private readonly PlanArguments _typed;

    private PlanValidation(PlanArguments typed) => _typed = typed;

    /// <summary>The settings.</summary>
    /// <exception cref="UsageException">Something is wrong; all of it is in the message.</exception>
    public static PlanSettings Parse(PlanArguments typed) => new PlanValidation(typed).Parse();

    private PlanSettings Parse()
    {
        var names = Names("--profile", _typed.Simulation.Profile ?? ScenarioFlags.DefaultProfile);
        var shared = Shared(names[0]);
        var prices = Prices();
        var profiles = names.Select(Profile).OfType<PlanProfile>().ToArray();
        CheckPrices(prices, profiles);
        var answer = _typed.Disaggregate ?? Answers[0];
        if (!Answers.Contains(answer)) _checks.Add($"--disaggregate '{answer}' is not an answer; it is {string.Join(", ", Answers)}.");
        if (_typed is { Rate: not null, Simulation.RateScale: not null }) _checks.Add("--rate and --rate-scale cannot be given together.");
        var seeds = _checks.Whole("--seeds", _typed.Seeds, 1, 1000) ?? DefaultSeeds;
        var space = Space(shared, profiles, prices, answer);
        var rate = _checks.Number("--rate", _typed.Rate, 1e-6, 1e6);
        var workload = _typed.Workload.Over(shared?.Workload, _typed.Simulation.Trace, rate, _checks);
        var settings = new PlanSettings
        {
            Shared = shared is null ? null! : shared with { Workload = workload! },
            Run = new RunSettings
            {
                Origin = "--trace",
                Reports = _typed.Simulation.Reports,
                Command = _typed.Simulation.CommandOf("plan"),
            },
            RatePerS = rate,
            Attainment = _checks.Number("--attainment", _typed.Attainment, 0.01, 0.9999) ?? DefaultAttainment,
            ReplicasMax = _checks.Whole("--replicas-max", _typed.ReplicasMax, 1, 4096) ?? DefaultReplicasMax,
            Space = space,
            WhyNotApart = WhyNotApart(space, profiles, answer),
            Trials = new TrialOptions
            {
                SeedsMin = Math.Min(2, seeds),
                SeedsMax = seeds,
                Threads = _checks.Whole("--threads", _typed.Threads, 1, 1024) ?? Environment.ProcessorCount,
            },
        };
        foreach (var note in _notes.Distinct()) Console.Error.WriteLine($"kantor: {note}");
        _checks.ThrowIfAny();
        if (space.Layouts().Count is var layouts and > LayoutsMax)
        {
            _checks.Add($"the lists make {layouts} candidates; at most {LayoutsMax} are allowed, so shorten a list or --ratio-max.");
        }
        _checks.ThrowIfAny();
        return settings;
    }

    /// <summary>Everything that a simulation has too, checked as it checks it.</summary>
    private Scenario? Shared(string profile)
    {
        var routing = _typed.Simulation.Routing ?? DefaultRouting;
        if (routing.Contains(',', StringComparison.Ordinal))
        {
            _checks.Add($"--routing '{routing}' is a list; a plan has one routing policy.");
        }
        foreach (var error in _typed.Simulation.Reports.Errors()) _checks.Add(error);
        foreach (var tokens in StepTokens().Skip(1)) Simulation(profile, tokens);
        var shared = Simulation(profile, StepTokens()[0]);
        if (shared?.Slo.ToString() == "")
        {
            _checks.Add(
                "--objective: a plan is held to limits that requests meet or miss; right is a line with goodput(ttft=2s,itl=200ms) or the "
                + "like.");
        }
        return shared;
    }

    private Scenario? Simulation(string? profile, string? stepTokens)
    {
        var typed = _typed.Simulation with
        {
            Profile = profile,
            StepTokens = stepTokens,
            Policy = _typed.Simulation.Policy ?? DefaultPolicies,
            Routing = (_typed.Simulation.Routing ?? DefaultRouting).Split(',')[0],
        };
        var compiled = ScenarioFlags.Compile(typed, drawsSample: true);
        foreach (var error in compiled.Errors) _checks.Add(error);
        _notes.AddRange(compiled.Notes);
        return compiled.Scenario;
    }

    private string?[] StepTokens() => _typed.Simulation.StepTokens is { } typed ? Names("--step-tokens", typed) : new string?[1];

    private PlanProfile? Profile(string name) =>
        Simulation(name, null) is { } settings ? PlanProfile.Of(name, settings.Fleet.Pool.Profile) : null;

    private LayoutSpace Space(Scenario? shared, PlanProfile[] profiles, Dictionary<string, double> prices, string answer)
    {
        var prefill = Policy("--prefill-policy", _typed.PrefillPolicy ?? DefaultPrefillPolicy);
        var decode = Policy("--decode-policy", _typed.DecodePolicy ?? DefaultDecodePolicy);
        var prefillTokens = _checks.Whole("--prefill-step-tokens", _typed.PrefillStepTokens, 1, 100_000_000);
        var space = new LayoutSpace
        {
            RatioMax = _checks.Whole("--ratio-max", _typed.RatioMax, 1, 16) ?? DefaultRatioMax,
            GpusPerNode = _checks.Whole("--gpus-per-node", _typed.GpusPerNode, 1, 1024) ?? DefaultGpusPerNode,
            NodeBytesPerS = BytesPerS(_checks.Number("--node-link-gbps", _typed.NodeLinkGbps, 0.001, 1e6) ?? DefaultNodeLinkGbps),
            NetworkBytesPerS = BytesPerS(_checks.Number("--link-gbps", _typed.LinkGbps, 0.001, 1e6) ?? DefaultLinkGbps),
        };
        if (shared is null || prefill is null || decode is null) return space;
        return space with
        {
            Router = shared.Fleet.Routers[0],
            Colocated = answer == "only" ? [] : [.. profiles.SelectMany(profile => Colocated(profile, shared, prices))],
            Prefill = answer == "never" ? [] : [.. profiles.Select(profile => Kind(profile, shared, prefill, prefillTokens, prices))],
            Decode = answer == "never" ? [] : [.. profiles.Select(profile => Kind(profile, shared, decode, null, prices))],
        };
    }

    private IEnumerable<ReplicaKind> Colocated(PlanProfile profile, Scenario shared, Dictionary<string, double> prices) =>
        from planner in shared.Fleet.Policies
        from tokens in StepTokens(profile)
        select Kind(profile, shared, planner.Policy, tokens, prices);

    /// <summary>Those that were typed; else, because the best size of a step depends on the objectives, several.</summary>
    private IEnumerable<int> StepTokens(PlanProfile profile)
    {
        var limit = profile.Profile.Limits.StepTokensMax;
        if (_typed.Simulation.StepTokens is null) return DefaultStepTokens.Where(tokens => tokens < limit).Append(limit);
        return StepTokens()
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var tokens) ? tokens : limit);
    }

    private static ReplicaKind Kind(
        PlanProfile profile, Scenario shared, IBatchPlanner planner, int? stepTokensMax, Dictionary<string, double> prices)
    {
        var kind = ReplicaKind.Of(profile.Profile, profile.Gpus, planner, shared.Fleet.Pool.Kv.BlockSizeTokens);
        return kind with
        {
            Gpu = profile.Gpu,
            Model = profile.Model,
            KvBytesPerToken = profile.KvBytesPerToken,
            Limits = kind.Limits with { StepTokensMax = stepTokensMax ?? kind.Limits.StepTokensMax },
            Kv = kind.Kv with { PrefixCaching = shared.Fleet.Pool.Kv.PrefixCaching },
            NewPredictor = shared.Fleet.Pool.Predictor.Policy,
            GpuPricePerH = prices.TryGetValue(profile.Gpu, out var price) ? price : null,
        };
    }

    private string? WhyNotApart(LayoutSpace space, PlanProfile[] profiles, string answer)
    {
        if (answer == "never" || profiles.Length == 0 || space.Layouts().Any(layout => layout.IsDisaggregated)) return null;
        const string why = "prefill and decode cannot be apart, because no profile tells the shape of its model and so the size of its KV";
        if (answer == "only") _checks.Add($"--disaggregate only: {why}.");
        return why;
    }

    private IBatchPlanner? Policy(string option, string typed) =>
        TypedPolicies.One(KnownPolicies.Shelves.Planners, option, typed, _checks.Add);

    private string[] Names(string option, string typed)
    {
        var names = typed.Split(',', StringSplitOptions.TrimEntries);
        if (names.Distinct().Count() < names.Length) _checks.Add($"{option} '{typed}' names one twice.");
        return names;
    }

    private Dictionary<string, double> Prices()
    {
        var prices = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var part in _typed.GpuPrice?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            var split = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (split.Length < 2) _checks.Add($"--gpu-price '{part}' is no price; write GPU=PRICE such as a100=1.8.");
            else if (_checks.Number("--gpu-price " + split[0], split[1], 0, 1e6) is { } price && !prices.TryAdd(split[0], price))
            {
                _checks.Add($"--gpu-price names '{split[0]}' twice.");
            }
        }

        return prices;
    }

    private void CheckPrices(Dictionary<string, double> prices, PlanProfile[] profiles)
    {
        if (prices.Count == 0) return;
        string[] gpus = [.. profiles.Select(profile => profile.Gpu).Distinct()];
        foreach (var gpu in gpus.Where(gpu => !prices.ContainsKey(gpu)))
        {
            _checks.Add($"--gpu-price says nothing of {gpu}; give a price to each of {string.Join(", ", gpus)}.");
        }
        foreach (var name in prices.Keys.Where(name => !gpus.Contains(name)))
        {
            _checks.Add($"--gpu-price '{name}' is no GPU of a profile; those are {string.Join(", ", gpus)}.");
        }
    }

    private static double BytesPerS(double gbps) => gbps / 8 * 1e9;
}
