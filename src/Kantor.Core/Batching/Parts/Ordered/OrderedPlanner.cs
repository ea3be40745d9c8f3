using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>
/// A planner that is a key and a test: running rows first, decodes before prompts, then the waiting rows in order of their keys as long as
/// they pass the test, each with room for all that it wants. A policy says the key and the test, and by <see cref="OrderRules"/> the rest.
/// </summary>
/// <remarks>
/// The keys live in a heap that follows the events, so a step costs one pass over the running rows and what it admits, whatever the length
/// of the queue. A row that is alone is admitted without a test: the host took it because it fits the pool, whatever is believed.
/// </remarks>
public abstract class OrderedPlanner : IBatchPlanner
{
    // Keys from beliefs change while requests wait: so many are looked at again in each step, in turn.
    private const int RefreshedRows = 16;

    private readonly OrderRules _rules;

    private protected OrderedPlanner(string name, OrderRules rules) => (Name, _rules) = (name, rules);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public virtual PolicyState NewState() => new OrderedState();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var memory = (OrderedState)state;
        memory.BeginStep();
        Begin(view, memory);
        UpdateQueue(view, memory);
        var budget = new PlanBudget(view);
        var allStay = PlanRunning(view, memory, plan, ref budget);
        if (!view.Waiting.IsEmpty && (allStay || _rules.AdmitsAfterPreemption)) Admit(view, memory, plan, ref budget);
        Finish(view, memory, plan, ref budget);
    }

    /// <summary>
    /// Without limit while nobody waits. With a queue every step must be seen: beliefs change with the tokens generated, and keys are
    /// refreshed in turn; where slacks limit prompts, the clock decides how much of one is computed.
    /// </summary>
    public virtual int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) =>
        view.Waiting.IsEmpty && (!_rules.Steps.FollowsGaps || SteadyPlans.CachesNothing(view, plan)) ? int.MaxValue : 1;

    /// <summary>What decision logs call the key.</summary>
    private protected virtual string KeyTerm => "key";

    /// <summary>The key of a waiting row; the smallest goes first, ties by request id.</summary>
    private protected abstract long Key(in BatchView view, OrderedState memory, int row);

    /// <summary>Whether the row may be admitted now. That its wanted tokens have room is asked anyhow.</summary>
    private protected abstract bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate);

    /// <summary>When the keys of waiting rows are computed, in this step.</summary>
    private protected virtual KeyRefresh RefreshOf(in BatchView view, OrderedState memory) => _rules.Refresh;

    /// <summary>Before anything is planned: keys may depend on what is noted here.</summary>
    private protected virtual void Begin(in BatchView view, OrderedState memory)
    {
    }

    /// <summary>The row was admitted in the plan under way.</summary>
    private protected virtual void Admitted(in BatchView view, OrderedState memory, in Candidate candidate)
    {
    }

    /// <summary>Whether the running row keeps its KV and computes nothing in this step. Asked by <see cref="PassWithVictims"/>.</summary>
    private protected virtual bool IsPaused(in BatchView view, OrderedState memory, int row) => false;

    /// <summary>The running row with the highest score gives way when KV runs out.</summary>
    private protected virtual double VictimScore(in BatchView view, OrderedState memory, int row) => _rules.Victims.Score(view, row);

    /// <summary>Admits in order until one does not fit and no more may be skipped.</summary>
    private protected virtual void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var skipsLeft = _rules.SkipsMax;
        memory.Queue.StartReading();
        while (budget.TokensLeft > 0 && budget.PlacesLeft > 0 && memory.Queue.TryRead(out var row))
        {
            if (!view.IsWaiting(row) || TryAdmit(view, memory, plan, ref budget, row)) continue;
            if (skipsLeft-- == 0) return;
        }
    }

    /// <summary>All else is planned: what is left of the step can be given to rows that were passed over.</summary>
    private protected virtual void Finish(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
    }

    /// <summary>Plans the running rows; whether all of them stay.</summary>
    private protected virtual bool PlanRunning(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        if (_rules is { Victims: VictimOrder.Newest, ScoresVictims: false })
        {
            var kept = DecodesFirst.Pass(view, plan, ref budget, view.Running.Length, decoding: true);
            LimitPrompts(view, memory, ref budget);
            return DecodesFirst.Pass(view, plan, ref budget, kept, decoding: false) == view.Running.Length;
        }

        PassWithVictims(view, memory, plan, ref budget, decoding: true);
        LimitPrompts(view, memory, ref budget);
        PassWithVictims(view, memory, plan, ref budget, decoding: false);
        return plan.Preemptions.IsEmpty;
    }

    /// <summary>
    /// All decodes have their tokens: what prompts may take is limited now, by the tightest slack where the rules say so.
    /// </summary>
    private protected virtual void LimitPrompts(in BatchView view, OrderedState memory, ref PlanBudget budget) =>
        _rules.Steps.LimitPrompts(view, ref budget);

    /// <summary>Plans only the decoding rows or only the others; the worst by <see cref="VictimScore"/> give way.</summary>
    private protected void PassWithVictims(
        in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget, bool decoding)
    {
        foreach (var row in view.Running)
        {
            if (budget.TokensLeft == 0) return;
            if (view.IsDecoding(row) != decoding || memory.GaveWay(row) || IsPaused(view, memory, row)) continue;
            var tokens = Math.Min(view.MissingTokens(row), budget.TokensLeft);
            var taken = budget.TryTakeRunning(row, tokens);
            while (!taken && PreemptWorst(view, memory, plan, ref budget) != row) taken = budget.TryTakeRunning(row, tokens);
            if (taken) plan.AddGrant(row, tokens);
        }
    }

    private protected static void Preempt(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget, int row)
    {
        RunningFirst.Preempt(view, row, plan, ref budget);
        memory.GiveWay(row);
    }

    /// <summary>Admits the row if it passes the test and fits.</summary>
    private protected bool TryAdmit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget, int row)
    {
        if (budget.TokensLeft == 0 || budget.PlacesLeft == 0) return false;
        var (wanted, hit) = (view.WantedTokens[row], view.CachedPrefix(row));
        var candidate = new Candidate(row, hit, budget.BlocksToAdmit(wanted, hit));
        if (view.Log is { } log) Explain(log, view, memory, candidate, budget.BlocksLeft);
        var isAlone = view.Running.IsEmpty && plan.Grants.IsEmpty;
        if (!isAlone && !Passes(view, memory, budget, candidate)) return false;
        var tokens = Math.Min(wanted - hit.Tokens, budget.TokensLeft);
        if (!budget.TryTakeWaiting(row, tokens, hit, wanted)) return false;
        plan.AddGrant(row, tokens, wanted);
        memory.TakeHit(row, hit.Tokens, view.BlocksFor(hit.Tokens) - hit.BlocksIdle);
        Admitted(view, memory, candidate);
        return true;
    }

    private void Explain(IDecisionLog log, in BatchView view, OrderedState memory, in Candidate candidate, int blocksLeft) =>
        log.Write(DecisionKind.Plan, new RequestId(view.Ids[candidate.Row]), candidate.Row, [
            new(KeyTerm, memory.KeyOf(candidate.Row)),
            new("held-blocks", candidate.HeldBlocks),
            new("believed-rounds", view.BelievedOutput(candidate.Row).MeanTokens - view.GeneratedTokens[candidate.Row]),
            new("cached-tokens", candidate.Hit.Tokens),
            new("blocks-left", blocksLeft)]);

    private int PreemptWorst(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var (victim, worst) = ((int?)null, double.NegativeInfinity);
        foreach (var row in view.Running)
        {
            if (memory.GaveWay(row)) continue;
            var score = VictimScore(view, memory, row);
            if (score >= worst) (victim, worst) = (row, score);
        }

        var preempted = victim ?? throw new InvalidOperationException("Nobody is left to give way.");
        Preempt(view, memory, plan, ref budget, preempted);
        return preempted;
    }

    private void UpdateQueue(in BatchView view, OrderedState memory)
    {
        foreach (var row in memory.Returned)
        {
            if (view.IsWaiting(row)) SetKey(view, memory, row);
        }

        memory.Returned.Clear();
        if (memory.Queue.Count != view.Waiting.Length) RebuildQueue(view, memory);
        var refreshed = RefreshOf(view, memory) switch
        {
            KeyRefresh.OnChange => 0,
            KeyRefresh.InTurn => RefreshedRows,
            _ => view.Waiting.Length,
        };
        for (var turn = Math.Min(refreshed, view.Waiting.Length); turn > 0; turn--)
        {
            memory.RefreshCursor = (memory.RefreshCursor + 1) % view.Waiting.Length;
            SetKey(view, memory, view.Waiting[memory.RefreshCursor]);
        }
    }

    private void RebuildQueue(in BatchView view, OrderedState memory)
    {
        memory.Queue.Clear();
        foreach (var row in view.Waiting)
        {
            memory.Meet(row, view.Ids[row]);
            SetKey(view, memory, row);
        }
    }

    private void SetKey(in BatchView view, OrderedState memory, int row) =>
        memory.SetKey(row, _rules.PreemptedFirst && view.Preemptions[row] > 0 ? SortKey.First : Key(view, memory, row));
}
