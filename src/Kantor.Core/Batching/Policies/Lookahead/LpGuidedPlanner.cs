using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Occupancy;
using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>
/// In the order of their mean starts in the linear relaxation of the schedule, admitted under the lookahead's prefix rule (arXiv
/// 2508.06133, its Sorted-LP; research notes, theory 3.2).
/// </summary>
/// <remarks>
/// The source orders a backlog with a solver. Here the relaxation is solved by prices, near its optimum, for those of the least volume that
/// wait when all of the last window are admitted, beside what runs. Ties fall by volume. The source's
/// exchanges that lessen F afterwards (LP-Swap) are not made. Against the exact optimum of seven unlike requests it is as far off as
/// <see cref="SortedFPlanner"/>, and a hundredth farther than the order by volume alone.
/// </remarks>
public sealed class LpGuidedPlanner : BacklogPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "by mean start in the linear relaxation of the schedule, solved by prices on the memory of each round",
        "arXiv 2508.06133, its Sorted-LP")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.Point,
        Evidence = Evidence.Reconstructed,
        Cost = "O(r log r) a step; O(n + r + 64·window·rounds) a window",
    };

    private readonly LpGuidedOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public LpGuidedPlanner(LpGuidedOptions? options = null)
        : base(PolicySpec.Of("lp-guided", LpGuidedOptions.Keys, options ?? new LpGuidedOptions()).ToString())
    {
        _options = options ?? new LpGuidedOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new LpGuidedState();

    private protected override string KeyTerm => "key-place-in-window";

    private protected override int PlannedTokens(in BatchView view, OrderedState memory, int row, in LengthBelief belief) =>
        _options.PlansForUpperBelief ? belief.UpperTokens : belief.MeanTokens;

    private protected override void ChooseBatch(in BatchView view, BacklogState memory)
    {
        var guided = (LpGuidedState)memory;
        guided.BeginWindow(_options.Window);
        guided.Queue.StartReading();
        while (guided.Queue.TryRead(out var row)) guided.Offer(Life(view, guided, row).RemainingVolume, guided.ArrivalOf(row), row);
        for (var place = 0; place < guided.Count; place++) guided.Waiting[place] = Life(view, guided, guided.Window[place].Row);
        var running = guided.Running(view.Running.Length);
        for (var place = 0; place < running.Length; place++) running[place] = Life(view, guided, view.Running[place]);
        var poolTokens = (long)view.KvBlocksTotal * view.BlockSizeTokens;
        guided.Program.Solve(running, guided.Waiting, poolTokens, _options.Rounds, guided.Starts);
        for (var place = 0; place < guided.Count; place++) guided.Join(guided.Window[place].Row, Rank(guided.Starts, place));
    }

    private KvTrapezoid Life(in BatchView view, OrderedState memory, int row) =>
        new(view.WantedTokens[row], RemainingRounds(view, memory, row));

    /// <summary>How many start before it, those of less volume first when they start together.</summary>
    private static int Rank(ReadOnlySpan<double> starts, int place)
    {
        var rank = 0;
        for (var other = 0; other < starts.Length; other++)
        {
            if (starts[other] < starts[place] || (starts[other] == starts[place] && other < place)) rank++;
        }

        return rank;
    }
}
