using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>
/// Learning to rank: of all requests, those that run included, the ones believed to end first are served, and only the order of the beliefs
/// counts. Who is not served for too long goes before all others for a while (arXiv 2408.15792; research notes, theory 3.14).
/// </summary>
/// <remarks>
/// What is ranked is whatever the length predictor believes; any increasing function of it gives the same plans. In the source who gives
/// way is swapped out; here the host moves its KV where it has a place for it, and otherwise computes it again.
/// </remarks>
public sealed class LtrPlanner : DisplacingPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "whoever is ranked to end first is served, running or not; who starves goes first for a while",
        "arXiv 2408.15792")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.Rank,
        Evidence = Evidence.CodeRead,
        Cost = "O(r log r + log n)",
    };

    private readonly LtrOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public LtrPlanner(LtrOptions? options = null)
        : base(
            PolicySpec.Of("ltr", LtrOptions.Keys, options ?? new LtrOptions()).ToString(),
            new OrderRules { Refresh = KeyRefresh.InTurn, PreemptedFirst = false })
    {
        _options = options ?? new LtrOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new LtrState();

    private protected override string KeyTerm => "key-rank";

    private protected override long Key(in BatchView view, OrderedState memory, int row) =>
        ((LtrState)memory).IsInFront(row, view.IsWaiting(row), _options) ? SortKey.First : view.BelievedOutput(row).MeanTokens;

    private protected override bool MayBeDisplaced(in BatchView view, OrderedState memory, int row) => true;
}
