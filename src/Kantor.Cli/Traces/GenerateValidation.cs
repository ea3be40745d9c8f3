using Kantor.Cli.Shell;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Traces;

/// <summary>Turns what was typed after <c>kantor trace generate</c> into a plan, or into the list of all that is wrong with it.</summary>
internal sealed class GenerateValidation
{
    private const int RequestsMax = 10_000_000;

    private readonly OptionChecks _checks = new();
    private readonly GenerateArguments _typed;
    private readonly string _kind;

    private GenerateValidation(GenerateArguments typed)
    {
        _typed = typed;
        _kind = typed.ServeGen is not null ? "--servegen" : typed.Kind ?? GenerateArguments.Kinds[0];
    }

    /// <summary>The plan.</summary>
    /// <exception cref="UsageException">Something is wrong; all of it is in the message.</exception>
    public static GeneratePlan Parse(GenerateArguments typed) => new GenerateValidation(typed).Parse();

    private GeneratePlan Parse()
    {
        if (_typed is { ServeGen: not null, Kind: not null }) _checks.Add("--kind and --servegen cannot be given together.");
        else if (_typed.ServeGen is null && !GenerateArguments.Kinds.Contains(_kind))
        {
            _checks.Add($"--kind '{_kind}' is not known; known are {string.Join(", ", GenerateArguments.Kinds)}.");
        }
        RefuseWhatHasNoMeaning();
        var seed = _checks.Seed(_typed.Seed);
        var requests = _checks.Whole("--requests", _typed.Requests, 1, RequestsMax) ?? 1000;
        var rate = _checks.Number("--rate", _typed.Rate, 1e-6, 1e6) ?? 1;
        var path = _checks.Output("--out", _typed.Out, isNeeded: true);
        var draw = _kind switch
        {
            "--servegen" => ServeGen(requests, seed),
            "flood" => Flood(requests, rate, seed),
            "sessions" => Sessions(SessionSpec.Chat(requests, rate), rate, seed),
            "agents" => Sessions(SessionSpec.Agents(requests, rate), rate, seed),
            "papers" => Independent(WorkloadSpec.Papers(requests, rate), rate, seed),
            _ => Independent(WorkloadSpec.Chat(requests, rate), rate, seed),
        };
        _checks.ThrowIfAny();
        return new GeneratePlan(path!, draw);
    }

    private void RefuseWhatHasNoMeaning()
    {
        Refuse("--rate", _typed.Rate, _kind != "--servegen");
        Refuse("--arrivals", _typed.Arrivals, _kind is not ("--servegen" or "flood"));
        Refuse("--prompt", _typed.Prompt, _kind is "chat" or "papers" or "--servegen");
        Refuse("--output", _typed.Output, _kind is "chat" or "papers" or "--servegen");
        Refuse("--prefixes", _typed.Prefixes, _kind is not ("--servegen" or "flood"));
        Refuse("--tenants", _typed.Tenants, _kind == "flood");
        Refuse("--flood-factor", _typed.FloodFactor, _kind == "flood");
        Refuse("--from", _typed.From, _kind == "--servegen");
        Refuse("--to", _typed.To, _kind == "--servegen");
        Refuse("--rate-scale", _typed.RateScale, _kind == "--servegen");
    }

    private void Refuse(string option, string? typed, bool hasMeaning)
    {
        if (typed is not null && !hasMeaning)
        {
            _checks.Add($"{option} has no meaning with {(_kind == "--servegen" ? _kind : "--kind " + _kind)}.");
        }
    }

    private Func<IReadOnlyList<TraceRequest>> Independent(WorkloadSpec spec, double rate, ulong seed)
    {
        var checkedSpec = spec with
        {
            Arrivals = Arrivals(rate),
            PromptLength = Length("--prompt", _typed.Prompt) ?? spec.PromptLength,
            OutputLength = Length("--output", _typed.Output) ?? spec.OutputLength,
            Prefixes = Prefixes(),
        };
        return () => WorkloadGenerator.Draw(checkedSpec, seed);
    }

    private Func<IReadOnlyList<TraceRequest>> Sessions(SessionSpec spec, double rate, ulong seed)
    {
        var checkedSpec = spec with { Starts = Arrivals(rate), Prefixes = Prefixes() ?? spec.Prefixes };
        if (checkedSpec.Starts is ArrivalsAtOnce)
        {
            _checks.Add($"--arrivals at-once has no meaning with --kind {_kind}: the number of sessions is not given.");
        }
        return () => SessionGenerator.Draw(checkedSpec, seed);
    }

    private Func<IReadOnlyList<TraceRequest>> Flood(int requests, double rate, ulong seed)
    {
        var tenants = _checks.Whole("--tenants", _typed.Tenants, 1, 10_000) ?? 4;
        var factor = _checks.Number("--flood-factor", _typed.FloodFactor, 1.001, 1e6) ?? 10;
        // A span in which the wanted number of requests is expected, with and without the flood.
        var spanS = requests / (rate * (1 + ((factor - 1) / (3 * tenants))));
        return () => TenantWorkload.Draw(TenantWorkload.Flood(tenants, rate, factor, spanS), requests, seed);
    }

    private Func<IReadOnlyList<TraceRequest>> ServeGen(int requests, ulong seed)
    {
        var paths = _typed.ServeGen!.Split(',', StringSplitOptions.TrimEntries);
        foreach (var path in paths) _checks.Path("--servegen", path, isNeeded: true);
        var options = new ServeGenOptions
        {
            FromS = _checks.Number("--from", _typed.From, 0, 1e9) ?? 0,
            ToS = _checks.Number("--to", _typed.To, 0, 1e9),
            RateScale = _checks.Number("--rate-scale", _typed.RateScale, 1e-6, 1e6) ?? 1,
            RequestsMax = _typed.Requests is null ? RequestsMax : requests,
            PromptOtherwise = Length("--prompt", _typed.Prompt),
            OutputOtherwise = Length("--output", _typed.Output),
        };
        if (options.ToS <= options.FromS) _checks.Add("--to must be after --from.");
        return () => Whole(ServeGenGenerator.Draw(ServeGenModel.Load(paths), options, seed));
    }

    /// <summary>A trace that ends at the largest number without having been asked to is cut, not whole.</summary>
    private IReadOnlyList<TraceRequest> Whole(IReadOnlyList<TraceRequest> trace) => _typed.Requests is null && trace.Count == RequestsMax
        ? throw new TraceException(
            $"--servegen promises {RequestsMax} requests or more; draw a part with --from and --to, or the first with --requests.")
        : trace;

    private ArrivalLaw Arrivals(double rate)
    {
        if (_typed is { Rate: not null, Arrivals: "at-once" }) _checks.Add("--rate has no meaning with --arrivals at-once.");
        if (WorkloadText.TryParseArrivals(_typed.Arrivals ?? "poisson", rate, out var law, out var error)) return law;
        _checks.Add($"--arrivals: {error}.");
        return new PoissonArrivals(rate);
    }

    private LengthLaw? Length(string option, string? typed)
    {
        if (typed is null) return null;
        if (WorkloadText.TryParseLength(typed, out var law, out var error)) return law;
        _checks.Add($"{option}: {error}.");
        return null;
    }

    private PrefixFamilies? Prefixes()
    {
        if (_typed.Prefixes is null) return null;
        if (WorkloadText.TryParsePrefixes(_typed.Prefixes, out var families, out var error)) return families;
        _checks.Add($"--prefixes: {error}.");
        return null;
    }
}
