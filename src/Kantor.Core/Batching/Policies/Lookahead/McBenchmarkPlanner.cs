using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>
/// First come, first served, with the lookahead of <see cref="McSfPlanner"/>: what the order alone is worth shows beside it (arXiv
/// 2502.07115, its benchmark; research notes, theory 3.1).
/// </summary>
public sealed class McBenchmarkPlanner : LookaheadPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "first come, first served, as long as the pool can hold all for their whole lives",
        "arXiv 2502.07115, its benchmark")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.UpperBound,
        Evidence = Evidence.Stated,
        Cost = "O(r log r + log n)",
    };

    private readonly LookaheadOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public McBenchmarkPlanner(LookaheadOptions? options = null)
        : base(
            PolicySpec.Of("mc-benchmark", LookaheadOptions.Keys, options ?? new LookaheadOptions()).ToString(),
            (options ?? new LookaheadOptions()).ToRules(KeyRefresh.OnChange),
            (options ?? new LookaheadOptions()).ToBackfilling())
    {
        _options = options ?? new LookaheadOptions();
        _options.Validate();
    }

    private protected override string KeyTerm => "key-arrival";

    private protected override long Key(in BatchView view, OrderedState memory, int row) => memory.ArrivalOf(row);

    private protected override int PlannedTokens(in BatchView view, OrderedState memory, int row, in LengthBelief belief) =>
        _options.PlannedTokens(belief);

    private protected override long BlocksMax(in BatchView view) => _options.BlocksMax(view);
}
