using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>
/// Deficit longest prefix match: of the tenants that may have more, the waiting request with the longest cached prefix goes first; when
/// nobody who waits may have any more, all who wait may have a quantum more. Only tokens that are computed are charged (arXiv 2501.14312;
/// research notes, theory 3.16).
/// </summary>
/// <remarks>
/// With a quantum that nobody uses up it is <c>lpm</c>; with a small one it is deficit round robin that looks at the cache. A queue longer
/// than is matched goes in order of arrival, among the tenants that may have more.
/// </remarks>
public sealed class DlpmPlanner : DeficitPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "of the tenants that have not used up their quantum, the longest cached prefix first; cached tokens are free",
        "DLPM, arXiv 2501.14312")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "one worker, no preemption, M tokens of running requests",
        Guarantee = "service of two tenants that both wait all the time differs by at most 2 (max(L, w_q M) + Q), L the longest prompt",
        Information = LengthInformation.None,
        Evidence = Evidence.Stated,
        Cost = "O(r + m log m + admitted x tenants) with m look-ups, at most matched-max; O(r + admitted x tenants + log n) beyond",
    };

    private readonly int _matchedMax;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public DlpmPlanner(DlpmOptions? options = null)
        : this("dlpm", options ?? new DlpmOptions())
    {
    }

    private DlpmPlanner(string name, DlpmOptions options)
        : base(
            PolicySpec.Of(name, DlpmOptions.Keys, options).ToString(),
            new FairCharges(1, options.TokenWeight, Lifts: false, OnlyUncached: true), options.Quantum)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.MatchedMax);
        _matchedMax = options.MatchedMax;
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new DlpmState(Charges);

    private protected override void Order(in BatchView view, FairState memory)
    {
        base.Order(view, memory);
        var (dlpm, isMatched) = ((DlpmState)memory, view.Waiting.Length <= _matchedMax);
        if (isMatched || dlpm.IsMatched)
        {
            foreach (var row in view.Waiting)
            {
                // Preempted rows stay before all others.
                if (view.Preemptions[row] > 0) continue;
                memory.SetKey(row, Key(memory.ArrivalOf(row), isMatched ? view.CachedPrefix(row).Tokens : 0));
            }
        }

        dlpm.IsMatched = isMatched;
    }

    private protected override FairAccount? Find(FairState memory)
    {
        FairAccount? first = null;
        foreach (var account in memory.Accounts)
        {
            if (account.Head is null || account.ChargedInPlan >= account.Allowed) continue;
            if (first is null || account.HeadKey < first.HeadKey) first = account;
        }

        return first;
    }

    /// <summary>Longest prefix first, then who came first, below 2^32.</summary>
    private static long Key(long arrival, int cachedTokens) => ((long)-cachedTokens << 32) + arrival;
}
