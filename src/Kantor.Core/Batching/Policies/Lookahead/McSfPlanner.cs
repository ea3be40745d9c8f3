using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>
/// Memory-constrained shortest first: the shortest believed output first, as long as the pool can hold everybody for their whole lives; the
/// first that does not fit ends the step's admissions (arXiv 2502.07115, section 4; research notes, theory 3.1).
/// </summary>
/// <remarks>Known weakness: prompts of unlike lengths. A long prompt with a short answer goes first and blocks many small ones.</remarks>
public sealed class McSfPlanner : LookaheadPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "shortest believed output first, as long as the pool can hold all for their whole lives",
        "arXiv 2502.07115, section 4")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "all at once, equal prompts, one worker, unit rounds, outputs within a constant factor below the belief",
        Guarantee = "total latency within a constant factor (below 9216) of the best, if the pool holds two of the largest (theory 3.1)",
        Information = LengthInformation.UpperBound,
        Evidence = Evidence.Reproduced,
        Cost = "O(r log r + log n)",
    };

    private readonly LookaheadOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public McSfPlanner(LookaheadOptions? options = null)
        : base(
            PolicySpec.Of("mc-sf", LookaheadOptions.Keys, options ?? new LookaheadOptions()).ToString(),
            (options ?? new LookaheadOptions()).ToRules(KeyRefresh.InTurn),
            (options ?? new LookaheadOptions()).ToBackfilling())
    {
        _options = options ?? new LookaheadOptions();
        _options.Validate();
    }

    private protected override string KeyTerm => "key-tokens";

    private protected override long Key(in BatchView view, OrderedState memory, int row) =>
        _options.PlannedTokens(view.BelievedOutput(row));

    private protected override int PlannedTokens(in BatchView view, OrderedState memory, int row, in LengthBelief belief) =>
        _options.PlannedTokens(belief);

    private protected override long BlocksMax(in BatchView view) => _options.BlocksMax(view);
}
