using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Occupancy;
using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Policies.Volume;

/// <summary>
/// Smallest volume first: of the waiting requests the one that will hold the fewest KV token-rounds, s·o + o(o + 1)/2 with the believed o,
/// is admitted as soon as the pool can hold it for its whole life together with everything that runs (arXiv 2606.22327; research notes,
/// theory 3.3). Decodes go first within a step, as in Sarathi-Serve.
/// </summary>
/// <remarks>
/// Behind the first request that does not fit, others are backfilled if they fit now and do not delay its earliest start (EASY
/// backfilling). Waiting lowers a request's key, so nobody waits for ever. Cost per step: one pass over the running rows and a few over the
/// profile of their ends; the length of the queue does not matter.
/// </remarks>
public sealed class SvfPlanner : LookaheadPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "smallest believed KV volume first, as soon as it fits for its whole life, with backfilling",
        "arXiv 2606.22327")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "all at once, one worker, unit rounds, lengths known",
        Guarantee = "total latency at most 1 + 2/(1 - a) times the best, if no peak is above the share a of memory (theory 3.3)",
        Information = LengthInformation.Point,
        Evidence = Evidence.Stated,
        Cost = "O(r + log n)",
    };

    private readonly SvfOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SvfPlanner(SvfOptions? options = null)
        : base(
            PolicySpec.Of("svf", SvfOptions.Keys, options ?? new SvfOptions()).ToString(),
            RulesOf(options ?? new SvfOptions()),
            BackfillingOf(options ?? new SvfOptions()))
    {
        _options = options ?? new SvfOptions();
        _options.Validate();
    }

    private protected override string KeyTerm => "key-token-rounds";

    private protected override long Key(in BatchView view, OrderedState memory, int row)
    {
        var volume = KvTrapezoid.Volume(view.WantedTokens[row], view.BelievedOutput(row).MeanTokens - view.GeneratedTokens[row]);
        var volumePerStep = (long)((_options.AgingShare ?? 0) * view.KvBlocksTotal * view.BlockSizeTokens);
        return volume + (volumePerStep * memory.ArrivalStepOf(row));
    }

    private protected override int PlannedTokens(in BatchView view, OrderedState memory, int row, in LengthBelief belief) =>
        _options.PlansForUpperBelief ? belief.UpperTokens : belief.MeanTokens;

    private static OrderRules RulesOf(SvfOptions options) =>
        new() { Refresh = KeyRefresh.InTurn, Victims = options.Victim, PreemptedFirst = options.HeadStart, Steps = options.Steps };

    private static Backfilling BackfillingOf(SvfOptions options) =>
        options.Backfilling ? new Backfilling(BackfillKind.Reserve, options.BackfillDepth, options.OvertakesMax) : Backfilling.None;
}
