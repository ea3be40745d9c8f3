using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Occupancy;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// Flow control with known lengths: in each step at most b(k) requests of class k start, the oldest first, whatever memory holds. With the
/// sum of b(k)·w(k) within the pool, w(k) the volume of a request, memory is level and never exceeded (arXiv 2604.11001, algorithm 1;
/// research notes, theory 3.8).
/// </summary>
/// <remarks>
/// A request is given the step in which it is due when it comes, so fractional budgets are kept in the mean and the length of the queue
/// does not matter. Where b(k) is not told, the classes divide the pool's token-rounds evenly by their mean believed volumes. Who finds no
/// room in its step, which the budgets exclude when beliefs are true, starts as soon as there is some; an idle replica waits for no step.
/// </remarks>
public sealed class FlowControlPlanner : OrderedPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "a constant number of starts a step for each class, so that memory stays level",
        "arXiv 2604.11001, algorithm 1")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "classes of equal requests, one worker, unit rounds, any arrivals",
        Guarantee = "memory is never exceeded if the sum of b(k)·w(k) is within it; stable if each b(k) is above its class's rate",
        Information = LengthInformation.Class,
        Evidence = Evidence.Reproduced,
        Cost = "O(r + log n)",
    };

    // A thousandth of a step is the finest distance of two that are due.
    private const double Ticks = 1024;

    private readonly FlowControlOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public FlowControlPlanner(FlowControlOptions? options = null)
        : base(
            PolicySpec.Of("flow-control", FlowControlOptions.Keys, options ?? new FlowControlOptions()).ToString(), new OrderRules())
    {
        _options = options ?? new FlowControlOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new FlowControlState();

    private protected override string KeyTerm => "key-due-step-1024th";

    private protected override long Key(in BatchView view, OrderedState memory, int row)
    {
        var flow = (FlowControlState)memory;
        if (flow.DueOf(row) is not { } due)
        {
            due = Due(view, flow, row);
            flow.SetDue(row, due);
        }

        return (long)Math.Round(due * Ticks);
    }

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) =>
        view.Preemptions[candidate.Row] > 0 || memory.KeyOf(candidate.Row) < (memory.Step + 1) * Ticks;

    private double Due(in BatchView view, FlowControlState flow, int row)
    {
        ref var of = ref flow.ClassOf(view.Classes[row]);
        of.Count++;
        of.VolumeSum += KvTrapezoid.Volume(view.PromptTokens[row], view.BelievedOutput(row).MeanTokens);
        var poolTokens = (double)view.KvBlocksTotal * view.BlockSizeTokens;
        var budget = _options.Activations > 0
            ? _options.Activations
            : _options.MemoryShare * poolTokens / flow.ClassCount / (of.VolumeSum / of.Count);
        var due = Math.Max(of.NextDue, flow.Step);
        of.NextDue = due + (1 / budget);
        return due;
    }
}
