using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Policies.Intervals;

/// <summary>
/// A_max: shortest first with lookahead, where the upper end of an interval that holds the length is taken for the length; memory never
/// overflows, and is wasted where intervals are wide (arXiv 2508.14544; research notes, theory 3.4).
/// </summary>
public sealed class AMaxPlanner : LookaheadPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "shortest upper end of the interval first, with memory for the upper ends of all",
        "arXiv 2508.14544")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "all at once, equal prompts, one worker, unit rounds, lengths in [l, u], a = l/u, against shortest first with true lengths",
        Guarantee = "total latency at most (1/2)(1/a)(1 + 1/a) times that, and not below (1/2)(1/a)(1 + a^(-1/2)) at worst (theory 3.4)",
        Information = LengthInformation.Interval,
        Evidence = Evidence.Stated,
        Cost = "O(r log r + log n)",
    };

    private readonly AMaxOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    public AMaxPlanner(AMaxOptions? options = null)
        : base(
            PolicySpec.Of("a-max", AMaxOptions.Keys, options ?? new AMaxOptions()).ToString(),
            new OrderRules { Refresh = KeyRefresh.InTurn },
            Backfilling.None) => _options = options ?? new AMaxOptions();

    private protected override string KeyTerm => "key-tokens";

    private protected override long Key(in BatchView view, OrderedState memory, int row) =>
        PlannedTokens(view, memory, row, view.BelievedOutput(row));

    private protected override int PlannedTokens(in BatchView view, OrderedState memory, int row, in LengthBelief belief) =>
        _options.IsDeclared ? view.OutputTokensMax[row] : belief.UpperTokens;
}
