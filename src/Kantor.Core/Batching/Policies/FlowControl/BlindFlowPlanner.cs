using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Randomness;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// Flow control with unknown lengths: in each step a budget is drawn, and at most so many requests start, the oldest first; when memory is
/// exceeded, who started last gives way (arXiv 2604.11001, algorithm 2; research notes, theory 3.8).
/// </summary>
/// <remarks>In the source who gives way loses its progress; here it keeps its tokens and computes their KV again. It needs no budget to
/// return. An idle replica starts somebody in any case.</remarks>
public sealed class BlindFlowPlanner : OrderedPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "a drawn number of starts a step, nothing known of lengths; the last to start gives way",
        "arXiv 2604.11001, algorithm 2")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.Stated,
        Cost = "O(r + log n)",
    };

    private readonly BlindFlowOptions _options;
    private readonly RandomStream _draws;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public BlindFlowPlanner(BlindFlowOptions? options = null)
        : base(
            PolicySpec.Of("flow-control-blind", BlindFlowOptions.Keys, options ?? new BlindFlowOptions()).ToString(), new OrderRules())
    {
        _options = options ?? new BlindFlowOptions();
        _options.Validate();
        _draws = new RandomStream((ulong)_options.Seed, "budget");
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new BlindFlowState();

    private protected override string KeyTerm => "key-arrival";

    private protected override long Key(in BatchView view, OrderedState memory, int row) => memory.ArrivalOf(row);

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) =>
        view.Preemptions[candidate.Row] > 0 || ((BlindFlowState)memory).StartsLeft > 0;

    private protected override void Admitted(in BatchView view, OrderedState memory, in Candidate candidate)
    {
        if (view.Preemptions[candidate.Row] == 0) ((BlindFlowState)memory).StartsLeft--;
    }

    private protected override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var whole = (int)_options.Activations;
        var draw = _draws.DoubleAt((ulong)memory.Step);
        ((BlindFlowState)memory).StartsLeft = draw < _options.Activations - whole ? whole + 1 : whole;
        base.Admit(view, memory, plan, ref budget);
    }
}
