using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Prefix;

/// <summary>
/// An ordered planner whose key asks for cached prefixes, which change with every step: the keys of a short queue are computed in each
/// step, and a long one goes in order of arrival, as in SGLang.
/// </summary>
public abstract class PrefixPlanner : OrderedPlanner
{
    private readonly int _matchedMax;

    private protected PrefixPlanner(string name, int matchedMax)
        : base(name, new OrderRules()) => _matchedMax = matchedMax >= 0
            ? matchedMax
            : throw new ArgumentOutOfRangeException(nameof(matchedMax), matchedMax, "The longest queue that is matched is at least 0.");

    /// <inheritdoc/>
    public override PolicyState NewState() => new PrefixState();

    /// <summary>The key of a row of a short queue.</summary>
    private protected abstract long MatchedKey(in BatchView view, PrefixState memory, int row);

    /// <summary>Whether the queue is short enough to be matched.</summary>
    private protected bool IsMatched(in BatchView view) => view.Waiting.Length <= _matchedMax;

    /// <summary>The same tokens first, then who came first; both below 2^31.</summary>
    private protected static long Pair(long first, long arrival) => (first << 32) + arrival;

    private protected override void Begin(in BatchView view, OrderedState memory) => ((PrefixState)memory).NoteStep();

    private protected override KeyRefresh RefreshOf(in BatchView view, OrderedState memory)
    {
        var prefix = (PrefixState)memory;
        var isMatched = IsMatched(view);
        var refresh = isMatched || prefix.IsMatched ? KeyRefresh.EveryStep : KeyRefresh.OnChange;
        prefix.IsMatched = isMatched;
        return refresh;
    }

    private protected sealed override long Key(in BatchView view, OrderedState memory, int row) =>
        IsMatched(view) ? MatchedKey(view, (PrefixState)memory, row) : memory.ArrivalOf(row);

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) => true;
}
