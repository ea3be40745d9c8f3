using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// Nested WAIT: nothing is known of single lengths, so answers go through segments of output, and at the boundary of each they wait until
/// enough are there to go on together; a later segment runs only with all earlier ones (arXiv 2504.11320; research notes, theory 3.7).
/// </summary>
/// <remarks>
/// Who is passed over keeps its KV. The shares of survivors, from which the limits follow, are learnt from whole answers. Unlike in the
/// source the replica is never idle for want of arrivals: when too few wait for the first segment, all who run go on; and no segment is
/// passed over for longer than the patience.
/// </remarks>
public sealed class NestedWaitPlanner : OrderedPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "answers wait at the boundaries of output segments until enough go on together",
        "arXiv 2504.11320")
    {
        Promises = PolicyPromises.AllocatesNothing,
        Model = "hidden lengths of few values, Poisson arrivals, step time d0 + d1·KV, steps below n(1)/rate, p(k) < n(k)/n(k-1) < 1",
        Guarantee = "throughput within O(1/(zT)) of the best over T at scale z, no overflow with probability 1 - d in a buffer of log(1/d)",
        Information = LengthInformation.Survival,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + log n)",
    };

    private readonly NestedWaitOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public NestedWaitPlanner(NestedWaitOptions? options = null)
        : base(PolicySpec.Of("nested-wait", NestedWaitOptions.Keys, options ?? new NestedWaitOptions()).ToString(), new OrderRules())
    {
        _options = options ?? new NestedWaitOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new NestedWaitState(_options);

    private protected override string KeyTerm => "key-arrival";

    private protected override long Key(in BatchView view, OrderedState memory, int row) => memory.ArrivalOf(row);

    private protected override bool PlanRunning(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var nested = (NestedWaitState)memory;
        nested.Cut(view, budget.PlacesLeft > 0 ? view.Waiting.Length : 0);
        PassWithVictims(view, memory, plan, ref budget, decoding: true);
        PassWithVictims(view, memory, plan, ref budget, decoding: false);
        if (view.Waiting.IsEmpty || !plan.Preemptions.IsEmpty) nested.EndStep(hasStarted: false);
        return plan.Preemptions.IsEmpty;
    }

    private protected override bool IsPaused(in BatchView view, OrderedState memory, int row)
    {
        // Prompts are never passed over: they are in no stage yet.
        if (!view.IsDecoding(row)) return false;
        var generated = view.GeneratedTokens[row];
        return ((NestedWaitState)memory).PassesOver(_options.SegmentOf(generated), _options.IsAtBoundary(generated));
    }

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) =>
        view.Preemptions[candidate.Row] > 0 || ((NestedWaitState)memory).StartsLeft > 0;

    private protected override void Admitted(in BatchView view, OrderedState memory, in Candidate candidate)
    {
        if (view.Preemptions[candidate.Row] == 0) ((NestedWaitState)memory).StartsLeft--;
    }

    private protected override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var nested = (NestedWaitState)memory;
        var before = nested.StartsLeft;
        base.Admit(view, memory, plan, ref budget);
        nested.EndStep(hasStarted: nested.StartsLeft < before);
        if (!plan.Grants.IsEmpty) return;
        // The first segment was full of requests that found no room: then the later ones must make some.
        nested.LaunchAll();
        PassWithVictims(view, memory, plan, ref budget, decoding: true);
    }
}
