using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>
/// vLLM's V1 scheduler (arXiv 2309.06180 and vllm/v1/core/sched/scheduler.py; research notes, scheduling 4.2). Running requests in order of
/// admission, prompts cut to fit; on memory exhaustion a victim is preempted and recomputed later. The queue moves only in a step that
/// preempted nobody, strictly from its head; only requests whose adapter has no slot are passed over.
/// </summary>
public sealed class VllmV1Planner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "vLLM's V1 scheduler: running requests first, prompts cut to fit, the last in order gives way",
        "arXiv 2309.06180 and vllm/v1/core/sched/scheduler.py")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + admitted)",
    };

    private readonly VllmV1Options _options;

    /// <summary>The scheduler with vLLM's defaults, or others.</summary>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public VllmV1Planner(VllmV1Options? options = null)
    {
        _options = options ?? new VllmV1Options();
        _options.Validate();
        Name = PolicySpec.Of("vllm-v1", VllmV1Options.Keys, _options).ToString();
    }

    /// <inheritdoc/>
    public bool HasPriorities => _options.Order == VllmV1Order.Priority;

    /// <inheritdoc/>
    public KvRules KvRules => _options.Rules;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        PlanRunning(view, plan, ref budget);
        if (!plan.Preemptions.IsEmpty) return;
        if (_options.Order == VllmV1Order.Fcfs) AdmitByArrival(view, plan, ref budget);
        else AdmitByPriority(view, plan, ref budget);
    }

    /// <summary>
    /// Without limit when nobody can be admitted anyway, or when nothing becomes cached and admission asks for the whole sequence and may
    /// cut prompts: then KV only gets scarcer and cached prefixes only shorter, so whoever was not admitted is not admitted later.
    /// Otherwise a cached prefix that changes can ask for fewer blocks, or be cut where it was not, so every step must be seen.
    /// </summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) =>
        SteadyPlans.AdmitsNobody(view, plan)
            || (_options.WholeSequenceMustFit && _options.ChunkedPrefill && SteadyPlans.CachesNothing(view, plan))
            ? int.MaxValue
            : 1;

    private void PlanRunning(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        var chunkTokensMax = _options.LongPrefillTokensMax ?? int.MaxValue;
        if (_options is { Order: VllmV1Order.Fcfs, Victim: VllmV1Victim.ByOrder })
        {
            RunningFirst.Plan(view, plan, ref budget, chunkTokensMax);
        }
        else PlanRunningWithVictims(view, plan, ref budget, chunkTokensMax);
    }

    private void PlanRunningWithVictims(in BatchView view, BatchPlan plan, ref PlanBudget budget, int chunkTokensMax)
    {
        foreach (var row in view.Running)
        {
            var tokens = Math.Min(Math.Min(view.MissingTokens(row), chunkTokensMax), budget.TokensLeft);
            if (tokens == 0 || plan.Preemptions.Contains(row)) continue;
            var taken = budget.TryTakeRunning(row, tokens);
            while (!taken && PreemptVictim(view, plan, ref budget) != row) taken = budget.TryTakeRunning(row, tokens);
            if (taken) plan.AddGrant(row, tokens);
            else if (_options.OwnPreemptionEndsPass) return;
        }
    }

    private int PreemptVictim(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        int? victim = null;
        foreach (var row in view.Running)
        {
            if (!plan.Preemptions.Contains(row) && (victim is not { } worst || GivesWayBefore(view, row, worst))) victim = row;
        }

        var preempted = victim ?? throw new InvalidOperationException("Nobody is left to give way.");
        RunningFirst.Preempt(view, preempted, plan, ref budget);
        return preempted;
    }

    private bool GivesWayBefore(in BatchView view, int row, int other)
    {
        var moreComputed = view.ComputedTokens[row].CompareTo(view.ComputedTokens[other]);
        return _options.Victim switch
        {
            VllmV1Victim.LeastComputed when moreComputed != 0 => moreComputed < 0,
            VllmV1Victim.MostComputed when moreComputed != 0 => moreComputed > 0,
            _ => _options.Order == VllmV1Order.Fcfs ? ArrivedBefore(view, other, row) : GoesBefore(view, other, row),
        };
    }

    private void AdmitByArrival(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        foreach (var row in view.Waiting)
        {
            if (budget.HasAdapterSlot(row) && !TryAdmit(view, plan, ref budget, row)) return;
        }
    }

    private void AdmitByPriority(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        for (var row = NextByPriority(view, null); row is { } next; row = NextByPriority(view, next))
        {
            if (budget.HasAdapterSlot(next) && !TryAdmit(view, plan, ref budget, next)) return;
        }
    }

    private static int? NextByPriority(in BatchView view, int? last)
    {
        int? next = null;
        foreach (var row in view.Waiting)
        {
            var isLater = last is not { } before || GoesBefore(view, before, row);
            if (isLater && (next is not { } best || GoesBefore(view, row, best))) next = row;
        }

        return next;
    }

    private static bool GoesBefore(in BatchView view, int row, int other) =>
        view.Priorities[row] != view.Priorities[other] ? view.Priorities[row] < view.Priorities[other] : ArrivedBefore(view, row, other);

    private static bool ArrivedBefore(in BatchView view, int row, int other)
    {
        if (view.ArrivalUs[row] != view.ArrivalUs[other]) return view.ArrivalUs[row] < view.ArrivalUs[other];
        return view.Ids[row] < view.Ids[other];
    }

    private bool TryAdmit(in BatchView view, BatchPlan plan, ref PlanBudget budget, int row)
    {
        if (budget.TokensLeft == 0 || budget.PlacesLeft == 0) return false;
        var hit = view.CachedPrefix(row);
        var wanted = view.WantedTokens[row];
        var missing = Math.Min(wanted - hit.Tokens, _options.LongPrefillTokensMax ?? int.MaxValue);
        var tokens = _options.ChunkedPrefill ? Math.Min(missing, budget.TokensLeft) : WholePrompts.Chunk(view, missing, budget.TokensLeft);
        if (tokens == 0) return false;
        var blocks = budget.BlocksToAdmit(_options.WholeSequenceMustFit ? wanted : hit.Tokens + tokens, hit);
        if (blocks + WholePrompts.MarginBlocks(view, plan, _options.Watermark) > budget.BlocksLeft) return false;
        if (!budget.TryTakeWaiting(row, tokens, hit)) return false;
        plan.AddGrant(row, tokens);
        return true;
    }
}
