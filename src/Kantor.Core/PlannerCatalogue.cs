using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Batching.Policies.Agents;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Batching.Policies.Fair;
using Kantor.Core.Batching.Policies.FlowControl;
using Kantor.Core.Batching.Policies.Geometric;
using Kantor.Core.Batching.Policies.Intervals;
using Kantor.Core.Batching.Policies.Lookahead;
using Kantor.Core.Batching.Policies.Predicted;
using Kantor.Core.Batching.Policies.Prefix;
using Kantor.Core.Batching.Policies.Priced;
using Kantor.Core.Batching.Policies.Retraction;
using Kantor.Core.Batching.Policies.Slices;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Catalogue;

namespace Kantor.Core;

/// <summary>Every batch planner of ours, one line each, by family; in the order in which they are listed to people.</summary>
internal static class PlannerCatalogue
{
    public static PolicyShelf<IBatchPlanner> NewShelf()
    {
        var shelf = new PolicyShelf<IBatchPlanner>("policy");
        AddUsual(shelf);
        AddOlder(shelf);
        AddLookahead(shelf);
        AddUncertain(shelf);
        AddFlows(shelf);
        AddPredicted(shelf);
        AddEngines(shelf);
        AddDeadlines(shelf);
        AddFair(shelf);
        return shelf;
    }

    private static void AddUsual(PolicyShelf<IBatchPlanner> shelf) => shelf
        .Add(Plain("fcfs", FcfsPlanner.Card, () => new FcfsPlanner()))
        .Add(Of("vllm-v1", VllmV1Planner.Card, VllmV1Options.Keys, options => new VllmV1Planner(options), VllmV1Options.Contradiction))
        .Add(Of(
            "sarathi", SarathiPlanner.Card, SarathiOptions.Keys, options => new SarathiPlanner(options), SarathiOptions.Contradiction))
        .Add(Of("rad", RadPlanner.Card, RadOptions.Keys, options => new RadPlanner(options)))
        .Add(Of("svf", SvfPlanner.Card, SvfOptions.Keys, options => new SvfPlanner(options), SvfOptions.Contradiction));

    private static void AddOlder(PolicyShelf<IBatchPlanner> shelf) => shelf
        .Add(Plain("orca", OrcaPlanner.Card, () => new OrcaPlanner()))
        .Add(Plain("prefill-first", PrefillFirstPlanner.Card, () => new PrefillFirstPlanner()))
        .Add(Plain("static", StaticPlanner.Card, () => new StaticPlanner()))
        .Add(Plain("decode-maximal", DecodeMaximalPlanner.Card, () => new DecodeMaximalPlanner()))
        .Add(Plain("llama-server", LlamaServerPlanner.Card, () => new LlamaServerPlanner()))
        .Add(Of("lens", LensPlanner.Card, LensOptions.Keys, options => new LensPlanner(options), LensOptions.Contradiction))
        .Add(Of("scls", SclsPlanner.Card, SclsOptions.Keys, options => new SclsPlanner(options)));

    private static void AddLookahead(PolicyShelf<IBatchPlanner> shelf) => shelf
        .Add(Of("mc-sf", McSfPlanner.Card, LookaheadOptions.Keys, options => new McSfPlanner(options), LookaheadOptions.Contradiction))
        .Add(Of(
            "mc-benchmark", McBenchmarkPlanner.Card, LookaheadOptions.Keys, options => new McBenchmarkPlanner(options),
            LookaheadOptions.Contradiction))
        .Add(Of(
            "alpha-protection", AlphaProtectionPlanner.Card, AlphaProtectionOptions.Keys, options => new AlphaProtectionPlanner(options),
            AlphaProtectionOptions.Contradiction))
        .Add(Of("sorted-f", SortedFPlanner.Card, SortedFOptions.Keys, options => new SortedFPlanner(options)))
        .Add(Of("lp-guided", LpGuidedPlanner.Card, LpGuidedOptions.Keys, options => new LpGuidedPlanner(options)))
        .Add(Of("svf-1-bit", OneBitSvfPlanner.Card, OneBitSvfOptions.Keys, options => new OneBitSvfPlanner(options)));

    private static void AddUncertain(PolicyShelf<IBatchPlanner> shelf) => shelf
        .Add(Of("a-max", AMaxPlanner.Card, AMaxOptions.Keys, options => new AMaxPlanner(options)))
        .Add(Of("a-min", AMinPlanner.Card, AMinOptions.Keys, options => new AMinPlanner(options)))
        .Add(Of("gba", GbaPlanner.Card, GeometricOptions.Keys, options => new GbaPlanner(options)))
        .Add(Of("gsa", GsaPlanner.Card, GeometricOptions.Keys, options => new GsaPlanner(options)));

    private static void AddFlows(PolicyShelf<IBatchPlanner> shelf) => shelf
        .Add(Of(
            "flow-control", FlowControlPlanner.Card, FlowControlOptions.Keys, options => new FlowControlPlanner(options),
            FlowControlOptions.Contradiction))
        .Add(Of("wait", WaitPlanner.Card, WaitOptions.Keys, options => new WaitPlanner(options)))
        .Add(Of("nested-wait", NestedWaitPlanner.Card, NestedWaitOptions.Keys, options => new NestedWaitPlanner(options)))
        .Add(Of("flow-control-blind", BlindFlowPlanner.Card, BlindFlowOptions.Keys, options => new BlindFlowPlanner(options)))
        .Add(Of("gate-and-route", GatePlanner.Card, GateOptions.Keys, options => new GatePlanner(options)));

    private static void AddPredicted(PolicyShelf<IBatchPlanner> shelf) => shelf
        .Add(Of("ssjf", SsjfPlanner.Card, SsjfOptions.Keys, options => new SsjfPlanner(options), SsjfOptions.Contradiction))
        .Add(Of("ltr", LtrPlanner.Card, LtrOptions.Keys, options => new LtrPlanner(options)))
        .Add(Of("trail", TrailPlanner.Card, TrailOptions.Keys, options => new TrailPlanner(options)))
        .Add(Of("gittins", GittinsPlanner.Card, GittinsOptions.Keys, options => new GittinsPlanner(options)))
        .Add(Of("fastserve", FastServePlanner.Card, FastServeOptions.Keys, options => new FastServePlanner(options)));

    private static void AddEngines(PolicyShelf<IBatchPlanner> shelf) => shelf
        .Add(Of("lpm", LpmPlanner.Card, PrefixOptions.Keys, options => new LpmPlanner(options)))
        .Add(Of("dfs-weight", DfsWeightPlanner.Card, PrefixOptions.Keys, options => new DfsWeightPlanner(options)))
        .Add(Of("k-lpm", KLpmPlanner.Card, KLpmOptions.Keys, options => new KLpmPlanner(options)))
        .Add(Of("hrrn", HrrnPlanner.Card, PrefixOptions.Keys, options => new HrrnPlanner(options)))
        .Add(Of("sglang", SglangPlanner.Card, SglangOptions.Keys, options => new SglangPlanner(options)))
        .Add(Of("infermax", InfermaxPlanner.Card, InfermaxOptions.Keys, options => new InfermaxPlanner(options)));

    private static void AddDeadlines(PolicyShelf<IBatchPlanner> shelf) => shelf
        .Add(Of("edf", EdfPlanner.Card, DueOptions.Keys, options => new EdfPlanner(options), DueOptions.Contradiction))
        .Add(Of("wspt", WsptPlanner.Card, DueOptions.Keys, options => new WsptPlanner(options), DueOptions.Contradiction))
        .Add(Of(
            "moore-hodgson", MooreHodgsonPlanner.Card, MooreHodgsonOptions.Keys, options => new MooreHodgsonPlanner(options),
            MooreHodgsonOptions.Contradiction))
        .Add(Of("priced", PricedPlanner.Card, PricedOptions.Keys, options => new PricedPlanner(options), PricedOptions.Contradiction))
        .Add(Of("slai", SlaiPlanner.Card, SlaiOptions.Keys, options => new SlaiPlanner(options)))
        .Add(Of("slos-serve", SlosServePlanner.Card, SlosServeOptions.Keys, options => new SlosServePlanner(options)));

    private static void AddFair(PolicyShelf<IBatchPlanner> shelf) => shelf
        .Add(Of("vtc", VtcPlanner.Card, VtcOptions.Keys, options => new VtcPlanner(options)))
        .Add(Of("drr", DrrPlanner.Card, DrrOptions.Keys, options => new DrrPlanner(options)))
        .Add(Of("dlpm", DlpmPlanner.Card, DlpmOptions.Keys, options => new DlpmPlanner(options)))
        .Add(Of("justitia", JustitiaPlanner.Card, JustitiaOptions.Keys, options => new JustitiaPlanner(options)));

    private static PolicyEntry<IBatchPlanner> Plain(string name, PolicyCard card, Func<IBatchPlanner> make) =>
        PolicyEntry.Of(name, card, make);

    private static PolicyEntry<IBatchPlanner> Of<TOptions>(
        string name,
        PolicyCard card,
        IReadOnlyList<OptionKey<TOptions>> keys,
        Func<TOptions, IBatchPlanner> make,
        Func<TOptions, PolicySpec, OptionFault?>? contradiction = null)
        where TOptions : class, new() => PolicyEntry.Of(name, card, keys, make, contradiction);
}
