using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>
/// FastServe: queues of falling priority and growing quanta of service, without any belief. A request joins the first queue whose quantum
/// covers its prompt, moves on when its quantum is used up, and gives way to whoever is in an earlier queue; who starves goes back to the
/// first (arXiv 2305.05920; research notes, theory 3.14).
/// </summary>
/// <remarks>
/// The source moves the KV of those that give way to the host ahead of time; here the host moves it where it has a place for it, and
/// otherwise computes it again. Within a queue nobody gives way.
/// </remarks>
public sealed class FastServePlanner : DisplacingPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "queues of growing quanta; who has used its quantum up goes behind, a long prompt begins further back",
        "arXiv 2305.05920")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.Recalled,
        Cost = "O(r log r + log n)",
    };

    private readonly FastServeOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public FastServePlanner(FastServeOptions? options = null)
        : base(
            PolicySpec.Of("fastserve", FastServeOptions.Keys, options ?? new FastServeOptions()).ToString(),
            new OrderRules { Refresh = KeyRefresh.InTurn, PreemptedFirst = false })
    {
        _options = options ?? new FastServeOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new FastServeState();

    private protected override string KeyTerm => "key-level-and-arrival";

    private protected override void Begin(in BatchView view, OrderedState memory) => ((FastServeState)memory).Serve(view, _options);

    private protected override long Key(in BatchView view, OrderedState memory, int row)
    {
        ref var of = ref ((FastServeState)memory).Of(row);
        if (of.Level is null) (of.Level, of.WaitsSinceUs) = (FirstLevel(view, row), view.ArrivalUs[row]);
        var isStarved = view.IsWaiting(row) && view.NowUs - of.WaitsSinceUs >= _options.PromoteMs * 1_000L;
        if (isStarved) (of.Level, of.ServiceUs) = (0, 0);
        return SortKey.Of(of.Level.Value, memory.ArrivalOf(row));
    }

    private protected override bool MayBeDisplaced(in BatchView view, OrderedState memory, int row) => true;

    private protected override bool Displaces(long waitingKey, long runningKey) =>
        SortKey.LevelOf(waitingKey) < SortKey.LevelOf(runningKey);

    private int FirstLevel(in BatchView view, int row)
    {
        if (!_options.SkipJoin) return 0;
        var prefillUs = view.PromptTokens[row] * _options.PrefillUsPerToken;
        var level = 0;
        while (level < short.MaxValue && _options.QuantumUs(level) < prefillUs) level++;
        return level;
    }
}
