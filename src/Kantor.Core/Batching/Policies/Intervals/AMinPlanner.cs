using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Occupancy;
using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Policies.Intervals;

/// <summary>
/// A_min: the lower end of an interval that holds the length is taken for the length, and grows with what is generated. When memory
/// overflows, who has the least lower end gives way: the least work is lost, and the least is known of it (arXiv 2508.14544; research
/// notes, theory 3.4).
/// </summary>
/// <remarks>
/// In the source a request that gives way loses its progress; here it keeps its tokens and computes their KV again. Preempted requests
/// stand by their lower ends like all others, and of equals the newest gives way, where the source draws.
/// </remarks>
public sealed class AMinPlanner : LookaheadPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "shortest lower end of the interval first, which grows with the answer; the least of them gives way",
        "arXiv 2508.14544")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "all at once, equal prompts, one worker, unit rounds, lengths in [l, u], a = l/u, against shortest first with true lengths",
        Guarantee = "total latency O(log(1/a)) times that, as memory grows (theory 3.4)",
        Information = LengthInformation.Interval,
        Evidence = Evidence.Stated,
        Cost = "O(r log r + log n), O(r) a victim",
    };

    private readonly AMinOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public AMinPlanner(AMinOptions? options = null)
        : base(
            PolicySpec.Of("a-min", AMinOptions.Keys, options ?? new AMinOptions()).ToString(),
            new OrderRules { PreemptedFirst = false, ScoresVictims = true },
            Backfilling.None)
    {
        _options = options ?? new AMinOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new AMinState();

    private protected override long Key(in BatchView view, OrderedState memory, int row)
    {
        var tokens = LowerEnd(view, (AMinState)memory, row);
        return _options.ByVolume ? KvTrapezoid.Volume(view.PromptTokens[row], tokens) : tokens;
    }

    private protected override int PlannedTokens(in BatchView view, OrderedState memory, int row, in LengthBelief belief) =>
        LowerEnd(view, (AMinState)memory, row);

    private protected override double VictimScore(in BatchView view, OrderedState memory, int row) =>
        -LowerEnd(view, (AMinState)memory, row);

    private int LowerEnd(in BatchView view, AMinState memory, int row)
    {
        if (memory.LowerEndOf(row) is { } known) return Math.Max(known, view.GeneratedTokens[row]);
        var belief = view.BelievedOutput(row);
        var tokens = _options.LowerQuantile > 0 ? belief.Quantile(_options.LowerQuantile) : 1;
        memory.SetLowerEnd(row, tokens);
        return Math.Max(tokens, view.GeneratedTokens[row]);
    }
}
