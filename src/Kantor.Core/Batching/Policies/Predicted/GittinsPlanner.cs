using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>
/// The largest Gittins index first: who is most likely to end soon for what it takes, by the whole law of lengths given what is generated;
/// the memory-aware form counts what it takes in KV token-rounds (SageSched, arXiv 2603.07917, and textbooks; research notes, theory 3.14).
/// </summary>
public sealed class GittinsPlanner : DisplacingPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "largest Gittins index first: likely to end soon for the service or the memory that it takes",
        "SageSched, arXiv 2603.07917; J. C. Gittins, 1979")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "M/G/1 with preemption, one request at a time, the law of lengths known; memory does not bind",
        Guarantee = "least mean latency of all policies that do not know the lengths",
        Information = LengthInformation.Survival,
        Evidence = Evidence.Reconstructed,
        Cost = "O(r log r + log n), 16 quantiles a key",
    };

    private readonly GittinsOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    public GittinsPlanner(GittinsOptions? options = null)
        : base(
            PolicySpec.Of("gittins", GittinsOptions.Keys, options ?? new GittinsOptions()).ToString(),
            new OrderRules { Refresh = KeyRefresh.InTurn, PreemptedFirst = !(options ?? new GittinsOptions()).Preempts }) =>
        _options = options ?? new GittinsOptions();

    private protected override string KeyTerm => "key-of-index";

    private protected override long Key(in BatchView view, OrderedState memory, int row)
    {
        var held = _options.MemoryAware ? view.WantedTokens[row] : (int?)null;
        return SortKey.Of(-GittinsIndex.Of(view.BelievedOutput(row), view.GeneratedTokens[row], held));
    }

    private protected override bool MayBeDisplaced(in BatchView view, OrderedState memory, int row) => _options.Preempts;
}
