using Kantor.Cli.Yaml;
using Kantor.Workloads.Generators;

namespace Kantor.Cli.Scenarios;

/// <summary>How workloads are written.</summary>
internal static class WorkloadKeys
{
    private const int RequestsMax = 10_000_000;

    private static readonly (string Name, string Value)[] Formats =
    [
        ("mooncake", "Mooncake JSONL"), ("bailian", "Qwen Bailian JSONL"), ("dynamo", "Dynamo request trace v1"),
        ("kv-cache-tester", "kv-cache-tester JSONL"), ("azure", "Azure CSV"),
        ("burstgpt", "BurstGPT CSV"), ("splitwise", "splitwise-sim CSV"), ("lengths", "lengths CSV"),
        ("timed-lengths", "lengths CSV with times"),
    ];

    private static readonly Key<string> File = Key.Needed(
        "file", Scalars.Text("the name of a trace file"), "recorded trace; the name is relative to the folder of the scenario");

    private static readonly Key<string> Format = Key.Or(
        "format", Scalars.OneOf(Formats), "any that is known", "format that the file has to be in; another is refused");

    private static readonly Key<bool> SkipBadLines = Key.Or(
        "skip-bad-lines", Scalars.Flag, "false", "whether malformed lines are counted and left out instead of ending with an error");

    private static readonly Key<bool> SpreadBatches = Key.Or(
        "spread-batches", Scalars.Flag, "true", "whether arrivals that the recorder lumped together are spread over its tick");

    private static readonly Key<int> Limit = Key.Or("limit", Scalars.Whole(1, int.MaxValue), "all", "only the first requests");

    private static readonly Key<int> DrawnLimit = Key.Or("limit", Scalars.Whole(1, RequestsMax), "all", "only the first requests");

    private static readonly Key<int> SampleLimit = Key.Or("limit", Scalars.Whole(1, int.MaxValue), "1000", "requests, at most 1000");

    private static readonly Key<double> RateScale = Key.Or("rate-scale", Scalars.Number(1e-6, 1e6), "1", "arrivals so many times as dense");

    private static readonly Key<int> Count = Key.Needed("count", Scalars.Whole(1, RequestsMax), "requests in all");

    private static readonly Key<bool> LikePapers = Key.Or(
        "like", Scalars.OneOf(("chat", false), ("papers", true)), "chat", "whose lengths hold where none are given");

    private static readonly Key<bool> LikeAgents = Key.Or(
        "like", Scalars.OneOf(("chat", false), ("agents", true)), "chat", "whose figures hold where none are given");

    private static readonly Key<ArrivalLaw> Arrivals = Key.Needed("arrivals", LawKeys.Arrivals, "when requests come");

    private static readonly Key<ArrivalLaw> Starts = Key.Needed("starts", LawKeys.Starts, "when sessions start");

    private static readonly Key<LengthLaw> Prompt = Key.Or("prompt", LawKeys.Length, "as in like", "prompt lengths");

    private static readonly Key<LengthLaw> Output = Key.Or("output", LawKeys.Length, "as in like", "output lengths");

    private static readonly Key<LengthLaw> TenantPrompt = Key.Needed("prompt", LawKeys.Length, "prompt lengths");

    private static readonly Key<LengthLaw> TenantOutput = Key.Needed("output", LawKeys.Length, "output lengths");

    private static readonly Key<PrefixFamilies> Prefixes = Key.Or("prefixes", LawKeys.Prefixes, "none", "prompts that begin alike");

    private static readonly Key<PrefixFamilies> SessionPrefixes = Key.Or(
        "prefixes", LawKeys.Prefixes, "as in like", "first prompts that begin alike");

    private static readonly Key<AdapterPopularity> Adapters = Key.Or(
        "adapters", LawKeys.Popularity, "as recorded; none in drawn ones", "adapters that requests ask for");

    private static readonly Key<double> TurnsMean = Key.Or(
        "turns-mean", Scalars.Number(1, 100_000), "as in like", "mean number of turns, geometric");

    private static readonly Key<LengthLaw> FirstPrompt = Key.Or("first-prompt", LawKeys.Length, "as in like", "tokens of the first prompt");

    private static readonly Key<LengthLaw> NewPrompt = Key.Or(
        "new-prompt", LawKeys.Length, "as in like", "tokens that a further turn adds");

    private static readonly Key<double> ToolShare = Key.Or(
        "tool-share", Scalars.Number(0, 1), "as in like", "chance that a further turn answers to a tool");

    private static readonly Key<LognormalThink> HumanThink = Key.Or(
        "human-think", LawKeys.Think, "as in like", "time until a person's next turn");

    private static readonly Key<LognormalThink> ToolThink = Key.Or("tool-think", LawKeys.Think, "as in like", "time until a tool's answer");

    private static readonly Key<int> PromptMax = Key.Or(
        "prompt-tokens-max", Scalars.Whole(1, RequestsMax), "as in like", "a session ends before its prompt would be longer");

    private static readonly Key<double> OutputRate = Key.Or(
        "output-tokens-per-s", Scalars.NumberAbove(0, 1e6), "50", "speed of answers that open-loop arrival times count on");

    private static readonly Key<string> TenantName = Key.Needed(
        "name", Scalars.Text("a name"), "name of the tenant, different from all others");

    private static readonly Key<IReadOnlyList<TenantWorkload>> Each = Key.Needed(
        "each", new ListShape<TenantWorkload>(
            new SectionShape<TenantWorkload>([TenantName, Arrivals, TenantPrompt, TenantOutput, Prefixes], Tenant), 1, 10_000),
            "what each tenant asks for");

    private static readonly Key<IReadOnlyList<string>> Files = Key.Needed(
        "files", new ListShape<string>(Scalars.Text("the name of an archive, relative to the folder of the scenario"), 1, 2),
        "ServeGen's client models, tar or tar.gz");

    private static readonly Key<double> From = Key.Or("from", Scalars.Time(0, 1e15), "0s", "time of the models that becomes time 0");

    private static readonly Key<double> To = Key.Or("to", Scalars.Time(1, 1e15), "the end of the models", "time at which the drawing ends");

    private static readonly Key<LengthLaw> PromptOtherwise = Key.Or(
        "prompt", LawKeys.Length, "none", "prompt lengths of clients whose lengths are not in the archive");

    private static readonly Key<LengthLaw> OutputOtherwise = Key.Or("output", LawKeys.Length, "none", "output lengths of such clients");

    /// <summary>All kinds of workloads.</summary>
    public static ChoiceShape<ScenarioWorkload> Shape { get; } = new(
    [
        new("sample", new SectionShape<ScenarioWorkload>([Limit, RateScale, Adapters], section => Recorded(section, null))),
        new(
            "trace",
            new SectionShape<ScenarioWorkload>(
                [File, Format, SkipBadLines, SpreadBatches, Limit, RateScale, Adapters], section => Recorded(section, section.Get(File)))),
        new("fresh-sample", new SectionShape<ScenarioWorkload>([SampleLimit, RateScale, Adapters], FreshSample)),
        new("requests", new SectionShape<ScenarioWorkload>([Count, Arrivals, LikePapers, Prompt, Output, Prefixes, Adapters], Independent)),
        new(
            "sessions",
            new SectionShape<ScenarioWorkload>(
                [
                    Count, Starts, LikeAgents, TurnsMean, FirstPrompt, NewPrompt, Output, ToolShare, HumanThink, ToolThink, PromptMax,
                    OutputRate, SessionPrefixes, Adapters,
                ],
                Sessions)),
        new("tenants", new SectionShape<ScenarioWorkload>([Count, Each, Adapters], Tenants, CheckTenants)),
        new(
            "servegen",
            new SectionShape<ScenarioWorkload>(
                [Files, From, To, RateScale, DrawnLimit, PromptOtherwise, OutputOtherwise, Adapters], ServeGen, CheckServeGen)),
    ]);

    private static TraceWorkload Recorded(Section section, string? file) => new()
    {
        File = file,
        Format = section.Part(Format),
        SkipsBadLines = section.Get(SkipBadLines, false),
        Spreads = file is not null && section.Get(SpreadBatches, true),
        RequestsLimit = section.Value(Limit),
        RateScale = section.Get(RateScale, 1),
        Adapters = section.Part(Adapters),
    };

    /// <summary>Each seed draws a sample of its own, from the law of the one that ships with the product.</summary>
    private static DrawnWorkload FreshSample(Section section)
    {
        var spec = SampleTrace.Spec with { Requests = Math.Min(SampleTrace.Spec.Requests, section.Get(SampleLimit, int.MaxValue)) };
        return DrawnWorkload.Of("fresh-sample", spec) with
        {
            Called = "synthetic chat",
            Format = "a fresh sample per seed, from the law of " + SampleTrace.Name,
            RateScale = section.Get(RateScale, 1),
            Adapters = section.Part(Adapters),
        };
    }

    private static DrawnWorkload Independent(Section section)
    {
        var usual = section.Get(LikePapers, false) ? WorkloadSpec.Papers(1, null) : WorkloadSpec.Chat(1, null);
        var spec = usual with
        {
            Requests = section.Get(Count),
            Arrivals = section.Get(Arrivals),
            PromptLength = section.Get(Prompt, usual.PromptLength),
            OutputLength = section.Get(Output, usual.OutputLength),
            Prefixes = section.Part(Prefixes),
        };
        return new DrawnWorkload("requests", spec, (_, seed) => WorkloadGenerator.Draw(spec, seed)) { Adapters = section.Part(Adapters) };
    }

    private static DrawnWorkload Sessions(Section section)
    {
        var usual = section.Get(LikeAgents, false) ? SessionSpec.Agents(1, 1) : SessionSpec.Chat(1, 1);
        var spec = usual with
        {
            Requests = section.Get(Count),
            Starts = section.Get(Starts),
            TurnsMean = section.Get(TurnsMean, usual.TurnsMean),
            FirstPrompt = section.Get(FirstPrompt, usual.FirstPrompt),
            NewPrompt = section.Get(NewPrompt, usual.NewPrompt),
            OutputLength = section.Get(Output, usual.OutputLength),
            ToolShare = section.Get(ToolShare, usual.ToolShare),
            HumanThink = section.Get(HumanThink, usual.HumanThink),
            ToolThink = section.Get(ToolThink, usual.ToolThink),
            PromptTokensMax = section.Get(PromptMax, usual.PromptTokensMax),
            OutputTokensPerS = section.Get(OutputRate, usual.OutputTokensPerS),
            Prefixes = section.Part(SessionPrefixes) ?? usual.Prefixes,
        };
        return new DrawnWorkload("sessions", spec, (_, seed) => SessionGenerator.Draw(spec, seed)) { Adapters = section.Part(Adapters) };
    }

    private static TenantWorkload Tenant(Section section) => new()
    {
        Name = section.Get(TenantName),
        Arrivals = section.Get(Arrivals),
        PromptLength = section.Get(TenantPrompt),
        OutputLength = section.Get(TenantOutput),
        Prefixes = section.Part(Prefixes),
    };

    private static DrawnWorkload Tenants(Section section)
    {
        var (tenants, count) = (section.Get(Each), section.Get(Count));
        return new DrawnWorkload("tenants", tenants, (_, seed) => TenantWorkload.Draw(tenants, count, seed))
        {
            Adapters = section.Part(Adapters),
        };
    }

    private static void CheckTenants(Section section)
    {
        if (section.TryGet(Each, out var tenants)
            && tenants.GroupBy(tenant => tenant.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            section.Refuse(Each, $"names '{twice.Key}' twice; right are different names.");
        }
    }

    private static DrawnWorkload ServeGen(Section section)
    {
        var files = section.Get(Files);
        var options = new ServeGenOptions
        {
            FromS = section.Get(From, 0) / 1e6,
            ToS = section.Value(To) / 1e6,
            RequestsMax = section.Get(DrawnLimit, RequestsMax),
            PromptOtherwise = section.Part(PromptOtherwise),
            OutputOtherwise = section.Part(OutputOtherwise),
        };
        return new DrawnWorkload(
            "servegen", options,
            (folder, seed) =>
                ServeGenGenerator.Draw(ServeGenModel.Load([.. files.Select(file => Path.Combine(folder, file))]), options, seed))
        {
            RateScale = section.Get(RateScale, 1),
            Adapters = section.Part(Adapters),
        };
    }

    private static void CheckServeGen(Section section)
    {
        if (section.TryGet(To, out var to) && to <= section.Get(From, 0)) section.Refuse(To, "is not after from; right is a later moment.");
    }
}
