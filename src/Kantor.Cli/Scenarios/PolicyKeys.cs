using Kantor.Cli.Yaml;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Slices;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;

namespace Kantor.Cli.Scenarios;

/// <summary>A policy and what reports call it: its name and the options that were written.</summary>
internal sealed record Labelled<T>(string Label, T Policy);

/// <summary>How policies and their options are written.</summary>
internal static class PolicyKeys
{
    private static readonly Key<VllmV1Order> Order = Key.Or("order", Scalars.OneOf(("fcfs", VllmV1Order.Fcfs), ("priority", VllmV1Order.Priority)), "fcfs", "who goes first");

    private static readonly Key<VllmV1Victim> Victim = Key.Or(
        "victim", Scalars.OneOf(("by-order", VllmV1Victim.ByOrder), ("least-computed", VllmV1Victim.LeastComputed), ("most-computed", VllmV1Victim.MostComputed)), "by-order", "who gives way when KV runs out");

    private static readonly Key<int> LongPrefill = Key.Or("long-prefill-tokens-max", Scalars.Whole(1, 100_000_000), "no limit", "most tokens of one request in one step");

    private static readonly Key<bool> Chunked = Key.Or("chunked-prefill", Scalars.Flag, "true", "whether a prompt may be cut to fit the rest of a step");

    private static readonly Key<bool> WholeFits = Key.Or("whole-sequence-must-fit", Scalars.Flag, "true", "whether a request is admitted only when all of it fits");

    private static readonly Key<double> Watermark = Key.Or("watermark", Scalars.NumberBelow(0, 1), "0", "share of the pool that an admission leaves free");

    private static readonly Key<double> SarathiWatermark = Key.Or("watermark", Scalars.NumberBelow(0, 1), "0.01", "share of the pool that an admission leaves free");

    private static readonly Key<double> AgingShare = Key.Or("aging-share", Scalars.NumberAbove(0, 1), "0.01", "volume that a step of waiting takes off, as a share of the pool");

    private static readonly Key<bool> Aging = Key.Or("aging", Scalars.Flag, "true", "whether waiting makes requests smaller; without it large ones can starve");

    private static readonly Key<bool> Backfilling = Key.Or("backfilling", Scalars.Flag, "true", "whether later requests may start before the first that does not fit");

    private static readonly Key<int> BackfillDepth = Key.Or("backfill-depth", Scalars.Whole(1, 1_000_000), "32", "requests behind the blocked one that are looked at in a step");

    private static readonly Key<int> OvertakesMax = Key.Or("overtakes-max", Scalars.Whole(1, 100_000_000), "256", "backfilled requests that one blocked request lets pass");

    private static readonly Key<bool> UpperBelief = Key.Or("plans-for-upper-belief", Scalars.Flag, "false", "whether memory is planned for the upper belief about lengths");

    private static readonly Key<int> SliceTokens = Key.Or("slice-tokens", Scalars.Whole(1, 1_000_000), "128", "tokens that a group generates before it goes back to the queue");

    private static readonly Key<double> MemoryShare = Key.Or("memory-share", Scalars.NumberAbove(0, 1), "0.9", "share of the pool that a group may fill by the end of its slice");

    private static readonly Key<double> Quantile = Key.Or("quantile", Scalars.NumberBetween(0, 1), "0.9", "share of outputs that do not exceed the upper belief");

    private static readonly Key<int> WindowMax = Key.Or("window-max", Scalars.Whole(1, 1_000_000), "512", "finished requests of a class that are remembered");

    private static readonly Key<int> ObservationsMin = Key.Or("observations-min", Scalars.Whole(1, 1_000_000), "8, or window-max if that is less", "finished requests of a class before they are believed");

    private static readonly Key<int> PriorTokens = Key.Or("prior-tokens", Scalars.Whole(1, 100_000_000), "256", "believed output before that");

    private static readonly Key<int> Tokens = Key.Needed("tokens", Scalars.Whole(1, 100_000_000), "believed output of every request");

    /// <summary>Batch policies.</summary>
    public static ChoiceShape<Labelled<IBatchPlanner>> Planner { get; } = new([.. PolicyCatalogue.PlannerNames.Select(OfPlanner)], "POLICY");

    /// <summary>Routing policies.</summary>
    public static ChoiceShape<IRouter> Router { get; } = new([.. PolicyCatalogue.RouterNames.Select(name => Variant<IRouter>.Of(name, () => PolicyCatalogue.Router(name)))]);

    /// <summary>Beliefs about lengths.</summary>
    public static ChoiceShape<Labelled<Func<ILengthPredictor>>> Predictor { get; } = new([.. PolicyCatalogue.PredictorNames.Select(OfPredictor)], "PREDICTOR");

    private static Variant<Labelled<IBatchPlanner>> OfPlanner(string name) => name switch
    {
        "vllm-v1" => Planned(name, [Order, Victim, LongPrefill, Chunked, WholeFits, Watermark], VllmV1, section =>
        {
            if (section.TryGet(Chunked, out var chunked) && !chunked && section.Has(LongPrefill)) section.Refuse(LongPrefill, "cuts prompts, but chunked-prefill is false; leave one of the two.");
        }),
        "sarathi" => Planned(name, [SarathiWatermark], section => new SarathiPlanner(new SarathiOptions { Watermark = section.Get(SarathiWatermark, new SarathiOptions().Watermark) })),
        "svf" => Planned(name, [Aging, AgingShare, Backfilling, BackfillDepth, OvertakesMax, UpperBelief], Svf, section =>
        {
            if (section.TryGet(Aging, out var ages) && !ages && section.Has(AgingShare)) section.Refuse(AgingShare, "has no meaning when aging is false; leave one of the two.");
            if (section.TryGet(Backfilling, out var fills) && !fills && section.Has(BackfillDepth)) section.Refuse(BackfillDepth, "has no meaning when backfilling is false; leave one of the two.");
            if (section.TryGet(Backfilling, out fills) && !fills && section.Has(OvertakesMax)) section.Refuse(OvertakesMax, "has no meaning when backfilling is false; leave one of the two.");
        }),
        "scls" => Planned(name, [SliceTokens, MemoryShare], Scls),
        _ => Planned(name, [], _ => PolicyCatalogue.Planner(name)),
    };

    private static VllmV1Planner VllmV1(Section section)
    {
        var usual = new VllmV1Options();
        return new VllmV1Planner(new VllmV1Options
        {
            Order = section.Get(Order, usual.Order),
            Victim = section.Get(Victim, usual.Victim),
            LongPrefillTokensMax = section.Value(LongPrefill),
            ChunkedPrefill = section.Get(Chunked, usual.ChunkedPrefill),
            WholeSequenceMustFit = section.Get(WholeFits, usual.WholeSequenceMustFit),
            Watermark = section.Get(Watermark, usual.Watermark),
        });
    }

    private static SvfPlanner Svf(Section section)
    {
        var usual = new SvfOptions();
        return new SvfPlanner(new SvfOptions
        {
            AgingShare = section.Get(Aging, true) ? section.Value(AgingShare) ?? usual.AgingShare : null,
            Backfilling = section.Get(Backfilling, usual.Backfilling),
            BackfillDepth = section.Get(BackfillDepth, usual.BackfillDepth),
            OvertakesMax = section.Get(OvertakesMax, usual.OvertakesMax),
            PlansForUpperBelief = section.Get(UpperBelief, usual.PlansForUpperBelief),
        });
    }

    private static SclsPlanner Scls(Section section)
    {
        var usual = new SclsOptions();
        return new SclsPlanner(new SclsOptions { SliceTokens = section.Get(SliceTokens, usual.SliceTokens), MemoryShare = section.Get(MemoryShare, usual.MemoryShare) });
    }

    private static Variant<Labelled<IBatchPlanner>> Planned(string name, IReadOnlyList<IKey> keys, Func<Section, IBatchPlanner> make, Action<Section>? check = null) =>
        new(name, new SectionShape<Labelled<IBatchPlanner>>(keys, section => new($"{name} {section.Written}".TrimEnd(), make(section)), check));

    private static Variant<Labelled<Func<ILengthPredictor>>> OfPredictor(string name) => name switch
    {
        "class-quantile" => Believed(name, [Quantile, WindowMax, ObservationsMin, PriorTokens], ClassQuantile, section =>
        {
            var most = section.Get(WindowMax, new ClassQuantileOptions().WindowMax);
            if (section.TryGet(ObservationsMin, out var least) && least > most) section.Refuse(ObservationsMin, $"is {least}, more than the {most} that are remembered (window-max); right is at most that.");
        }),
        "constant" => Believed(name, [Tokens], section => (Func<ILengthPredictor>)(() => new ConstantLengthPredictor(section.Get(Tokens)))),
        _ => Believed(name, [], _ => () => PolicyCatalogue.Predictor(name)),
    };

    private static Func<ILengthPredictor> ClassQuantile(Section section)
    {
        var usual = new ClassQuantileOptions();
        var options = new ClassQuantileOptions
        {
            Quantile = section.Get(Quantile, usual.Quantile),
            WindowMax = section.Get(WindowMax, usual.WindowMax),
            ObservationsMin = section.Get(ObservationsMin, Math.Min(usual.ObservationsMin, section.Get(WindowMax, usual.WindowMax))),
            PriorTokens = section.Get(PriorTokens, usual.PriorTokens),
        };
        return () => new ClassQuantilePredictor(options);
    }

    private static Variant<Labelled<Func<ILengthPredictor>>> Believed(string name, IReadOnlyList<IKey> keys, Func<Section, Func<ILengthPredictor>> make, Action<Section>? check = null) =>
        new(name, new SectionShape<Labelled<Func<ILengthPredictor>>>(keys, section => new($"{name} {section.Written}".TrimEnd(), make(section)), check));
}
