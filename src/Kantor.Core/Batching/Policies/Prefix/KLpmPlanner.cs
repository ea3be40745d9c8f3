using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Prefix;

/// <summary>
/// k picks by longest cached prefix, then one of the oldest, and again: what is cached is used, and nobody starves (arXiv 2502.04677;
/// research notes, theory 3.17).
/// </summary>
public sealed class KLpmPlanner : PrefixPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "k times the longest cached prefix, then once the oldest",
        "arXiv 2502.04677")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.Stated,
        Cost = "O(r + m log m) with m look-ups, at most matched-max; O(r + log n) beyond",
    };

    private readonly KLpmOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public KLpmPlanner(KLpmOptions? options = null)
        : base(PolicySpec.Of("k-lpm", KLpmOptions.Keys, options ?? new KLpmOptions()).ToString(), (options ?? new KLpmOptions()).MatchedMax)
    {
        _options = options ?? new KLpmOptions();
        _options.Validate();
    }

    private protected override string KeyTerm => "key-prefix-and-arrival";

    private protected override long MatchedKey(in BatchView view, PrefixState memory, int row) =>
        Pair(-view.CachedPrefix(row).Tokens, memory.ArrivalOf(row));

    private protected override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var prefix = (PrefixState)memory;
        while (budget.TokensLeft > 0 && budget.PlacesLeft > 0
            && (prefix.Picks < _options.K ? First(memory) : Oldest(view, memory)) is { } row)
        {
            if (view.IsWaiting(row) && !TryAdmit(view, memory, plan, ref budget, row)) return;
            // Whoever is admitted leaves the queue at once, because it is read from its front again.
            memory.Queue.Remove(row);
            prefix.Picks = prefix.Picks < _options.K ? prefix.Picks + 1 : 0;
        }
    }

    private static int? First(OrderedState memory)
    {
        memory.Queue.StartReading();
        return memory.Queue.TryRead(out var row) ? row : null;
    }

    /// <summary>Rows wait in order of arrival, so the oldest is among the first that were not admitted in this step.</summary>
    private static int? Oldest(in BatchView view, OrderedState memory)
    {
        foreach (var row in view.Waiting)
        {
            if (memory.Queue.Contains(row)) return row;
        }

        return null;
    }
}
