using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>
/// TRAIL: shortest believed remainder first, with limited preemption: who runs gives way to a shorter one only while it is younger than a
/// share of its first believed length, because later its memory is worth more than the order (arXiv 2410.01035; research notes, theory
/// 3.14).
/// </summary>
/// <remarks>The source refines the belief with every token; that is the length predictor's part.</remarks>
public sealed class TrailPlanner : DisplacingPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "shortest believed remainder first; who runs gives way only while it is young",
        "arXiv 2410.01035")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.Point,
        Evidence = Evidence.Recalled,
        Cost = "O(r log r + log n)",
    };

    private readonly TrailOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public TrailPlanner(TrailOptions? options = null)
        : base(
            PolicySpec.Of("trail", TrailOptions.Keys, options ?? new TrailOptions()).ToString(),
            new OrderRules { Refresh = KeyRefresh.InTurn, PreemptedFirst = false })
    {
        _options = options ?? new TrailOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new TrailState();

    private protected override string KeyTerm => "key-remaining-tokens";

    private protected override long Key(in BatchView view, OrderedState memory, int row)
    {
        // Asked for here, so that the first belief is that on arrival.
        ((TrailState)memory).FirstBelief(view, row);
        return view.BelievedOutput(row).MeanTokens - view.GeneratedTokens[row];
    }

    private protected override bool MayBeDisplaced(in BatchView view, OrderedState memory, int row) =>
        view.GeneratedTokens[row] < _options.PreemptibleShare * ((TrailState)memory).FirstBelief(view, row);
}
