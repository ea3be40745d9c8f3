using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.StepTime;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// WAIT: of a class so many requests start together as must wait for it, n(j); until then nobody of it does, so that every stage of it
/// holds about n(j) and memory stays where the fluid equilibrium has it (arXiv 2504.11320; research notes, theory 3.6).
/// </summary>
/// <remarks>
/// As in the authors' latest form only the entry is gated; whoever runs is never paused. Nobody waits for longer than the patience, and
/// unless told otherwise an idle replica waits for nothing: then the oldest starts.
/// </remarks>
public sealed class WaitPlanner : OrderedPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "requests of a class start together when enough of it wait",
        "arXiv 2504.11320")
    {
        Promises = PolicyPromises.AllocatesNothing,
        Model = "classes of equal requests, Poisson arrivals, step time d0 + d1·KV, evicted requests begin anew",
        Guarantee = "throughput within O((zT)^-1/2) of the best over T at scale z, if d0 + d1·M <= n(j)/rate(j) and M* <= M <= memory",
        Information = LengthInformation.Class,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + classes + log n)",
    };

    private readonly WaitOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public WaitPlanner(WaitOptions? options = null)
        : base(PolicySpec.Of("wait", WaitOptions.Keys, options ?? new WaitOptions()).ToString(), new OrderRules())
    {
        _options = options ?? new WaitOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new WaitState();

    private protected override string KeyTerm => "key-arrival";

    private protected override long Key(in BatchView view, OrderedState memory, int row)
    {
        ((WaitState)memory).Enter(view, row);
        return memory.ArrivalOf(row);
    }

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) => true;

    private protected override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var wait = (WaitState)memory;
        if (!TryAdmitPreempted(view, wait, plan, ref budget)) return;
        var stepUs = _options.Threshold is null ? EquilibriumUs(view, wait) : 0;
        foreach (var of in wait.Classes)
        {
            if (!AdmitClass(view, wait, plan, ref budget, of, Threshold(view, wait, of, stepUs))) break;
        }

        if (view.Running.IsEmpty && plan.Grants.IsEmpty) EndIdling(view, wait, plan, ref budget);
    }

    /// <summary>They have passed the gate before; false when one does not fit.</summary>
    private bool TryAdmitPreempted(in BatchView view, WaitState wait, BatchPlan plan, ref PlanBudget budget)
    {
        wait.Queue.StartReading();
        while (wait.Queue.TryRead(out var row) && wait.KeyOf(row) == SortKey.First)
        {
            if (view.IsWaiting(row) && !TryAdmit(view, wait, plan, ref budget, row)) return false;
        }

        return true;
    }

    /// <summary>Admits a class's batch when enough of it wait, or its oldest have waited for too long; false when memory is full.</summary>
    private bool AdmitClass(
        in BatchView view, WaitState wait, BatchPlan plan, ref PlanBudget budget, WaitState.ClassMemory of, int threshold)
    {
        var isFull = of.Queue.Count >= threshold;
        of.Queue.StartReading();
        for (var started = 0; started < threshold && of.Queue.TryRead(out var row); started++)
        {
            var isPatient = view.NowUs - view.ArrivalUs[row] < _options.PatienceMs * 1000L;
            if (!isFull && isPatient) return true;
            if (view.IsWaiting(row) && !TryAdmit(view, wait, plan, ref budget, row)) return false;
        }

        return true;
    }

    private void EndIdling(in BatchView view, WaitState wait, BatchPlan plan, ref PlanBudget budget)
    {
        wait.Queue.StartReading();
        while (wait.Queue.TryRead(out var row))
        {
            if (!view.IsWaiting(row)) continue;
            var untilUs = view.ArrivalUs[row] + (Math.Min(_options.HoldMs, _options.PatienceMs) * 1000L);
            if (untilUs > view.NowUs) plan.HoldUntil(untilUs);
            else TryAdmit(view, wait, plan, ref budget, row);
            return;
        }
    }

    /// <summary>Arrivals of the class in a step of the equilibrium, rounded up.</summary>
    private int Threshold(in BatchView view, WaitState wait, WaitState.ClassMemory of, double stepUs)
    {
        if (_options.Threshold is { } told) return told;
        var arrivals = Rate(view, wait, of) * stepUs;
        return (int)Math.Clamp(Math.Ceiling(arrivals), 1, view.Limits.RunningMax);
    }

    private static double Rate(in BatchView view, WaitState wait, WaitState.ClassMemory of) =>
        of.Count / Math.Max(1.0, view.NowUs - (wait.FirstUs ?? view.NowUs));

    /// <summary>
    /// The step time of the equilibrium at the rates so far; where there is none or it does not fit, that of a full pool.
    /// </summary>
    private static double EquilibriumUs(in BatchView view, WaitState wait)
    {
        var rate = 0.0;
        foreach (var of in wait.Classes)
        {
            if (of.Count == 0) continue;
            rate += Rate(view, wait, of) * FluidEquilibrium.TokensOf(of.InputSum / of.Count, of.OutputSum / of.Count);
        }

        var poolTokens = (long)view.KvBlocksTotal * view.BlockSizeTokens;
        var sequences = Math.Max(1, view.Running.Length);
        var emptyUs = view.StepTime.StepUs(new StepLoad(0, sequences, 0, 0));
        var fullUs = view.StepTime.StepUs(new StepLoad(0, sequences, poolTokens, 0));
        var fluid = new FluidEquilibrium(rate, emptyUs, (fullUs - emptyUs) / poolTokens);
        return fluid.Exists && fluid.MemoryTokens <= poolTokens ? fluid.StepUs : fullUs;
    }
}
