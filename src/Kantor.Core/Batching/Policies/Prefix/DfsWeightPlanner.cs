using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Prefix;

/// <summary>
/// The tree of cached prefixes, depth first, where more wait first: requests are grouped by their cached prefix, a subtree weighs as many
/// as wait in it, the heaviest subtree of a node is visited first, and requests that end at the node come after its subtrees, in order of
/// arrival (SGLang's dfs-weight; research notes, scheduling 15.2).
/// </summary>
/// <remarks>
/// Of subtrees that weigh the same the one with the oldest request goes first, where SGLang takes that which was cached first. A queue
/// longer than is matched goes in order of arrival, where SGLang visits the tree of any queue. As with <c>lpm</c>, nobody is held back who
/// would share what another waiting one is about to compute. Requests of a light subtree can starve.
/// </remarks>
public sealed class DfsWeightPlanner(PrefixOptions? options = null) : PrefixPlanner(
    PolicySpec.Of("dfs-weight", PrefixOptions.Keys, options ?? new PrefixOptions()).ToString(), (options ?? new PrefixOptions()).MatchedMax)
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the tree of cached prefixes depth first, subtrees with more waiting requests first, of equals that of the oldest",
        "SGLang, schedule_policy.py")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + m (log m + depth)) with m look-ups, at most matched-max; O(r + log n) beyond; O(n) moves as one comes",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new DfsWeightState();

    private protected override string KeyTerm => "place-in-tree";

    private protected override void Begin(in BatchView view, OrderedState memory)
    {
        base.Begin(view, memory);
        if (IsMatched(view)) ((DfsWeightState)memory).Visit(view);
    }

    private protected override long MatchedKey(in BatchView view, PrefixState memory, int row) => ((DfsWeightState)memory).PlaceOf(row);
}
