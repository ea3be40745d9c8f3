using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>
/// An ordered planner that knows when first tokens are due and how long steps may take: the prompts of a step are limited by the tightest
/// gap slack of the rows that decode, and who cannot make its first token goes behind all others or is refused.
/// </summary>
/// <remarks>
/// Admitted is who fits now with a margin; up to 32 that do not fit are passed over. A first token is due by the limit of the first token
/// or of the end, whichever is shorter.
/// </remarks>
public abstract class DuePlanner : OrderedPlanner
{
    private const int SkipsMax = 32;
    private protected const int OnTime = 0;
    private protected const int Never = 1;
    private protected const int Demoted = 2;

    private readonly StepRule _steps;
    private readonly LateRule _late;
    private readonly MemoryRule _room;
    private readonly RoundsOf _rounds;

    private protected DuePlanner(string name, StepRule steps, LateRule late, MemoryRule room, OrderRules? rules = null)
        : base(name, (rules ?? new OrderRules()) with { Steps = steps }) =>
        (_steps, _late, _room, _rounds) = (steps, late, room, RoundsLeft);

    /// <inheritdoc/>
    public override PolicyState NewState() => new DueState();

    /// <summary>The key of a row that is not demoted.</summary>
    private protected abstract long OnTimeKey(in BatchView view, DueState memory, int row);

    /// <summary>Finds who cannot make it before anybody is admitted.</summary>
    private protected virtual void Settle(in BatchView view, DueState memory)
    {
    }

    /// <summary>All who can be in time have been asked; the next is this one, who cannot.</summary>
    private protected virtual void BeforeLate(in BatchView view, DueState memory, BatchPlan plan, ref PlanBudget budget, int row)
    {
    }

    /// <summary>The key of a row that is demoted, among those; the smallest goes first.</summary>
    private protected virtual long LateKey(in BatchView view, DueState memory, int row) => memory.ArrivalOf(row);

    /// <summary>When its first token is due; null when nothing asks for it, or when it is there.</summary>
    private protected static long? DueUs(in BatchView view, int row)
    {
        if (view.GeneratedTokens[row] > 0) return null;
        var slo = view.ClassOf(row).Slo;
        var limitUs = slo.TtftUsMax is { } ttftUs && slo.E2eUsMax is { } e2eUs ? Math.Min(ttftUs, e2eUs) : slo.TtftUsMax ?? slo.E2eUsMax;
        return view.ArrivalUs[row] + limitUs;
    }

    /// <summary>The key by when the first token is due; who has no such time goes behind, in order of arrival.</summary>
    private protected static long DueKey(in BatchView view, OrderedState memory, int row) =>
        DueUs(view, row) is { } dueUs ? SortKey.Of(OnTime, dueUs) : SortKey.Of(Never, memory.ArrivalOf(row));

    private protected override long Key(in BatchView view, OrderedState memory, int row)
    {
        var due = (DueState)memory;
        return due.IsDemoted(row) ? DemotedKey(view, due, row) : OnTimeKey(view, due, row);
    }

    private protected override void LimitPrompts(in BatchView view, OrderedState memory, ref PlanBudget budget)
    {
        var due = (DueState)memory;
        var length = new StepLength(view, _steps.SlackShare, PausedRows(due));
        var most = budget.TokensLeft;
        due.StepTokens = Math.Max(1, _steps.FollowsGaps ? length.PromptTokens(length.GapUs, most) : most);
        (due.StepUs, due.DecodesUs) = (length.StepUs(due.StepTokens), length.DecodesUs);
        if (_steps.FollowsGaps) budget.LimitTokens(length.PromptTokens(StepUsMax(view, due, length), most));
    }

    /// <summary>Rows, by number, that decode but do not in this step; none when it is empty.</summary>
    private protected virtual ReadOnlySpan<bool> PausedRows(DueState memory) => default;

    /// <summary>Time that the step may take; null for any.</summary>
    private protected virtual double? StepUsMax(in BatchView view, DueState memory, in StepLength length) => length.SlackUs;

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) =>
        candidate.HeldBlocks + (int)(_room.Watermark * view.KvBlocksTotal) <= budget.BlocksLeft
            && (_room.Foresight == Foresight.None
                || memory.Profile.Fits(0, candidate.HeldBlocks, RoundsLeft(view, memory, candidate.Row), view.KvBlocksTotal));

    private protected sealed override void Admitted(in BatchView view, OrderedState memory, in Candidate candidate)
    {
        if (_room.Foresight != Foresight.None) memory.Profile.Add(candidate.HeldBlocks, RoundsLeft(view, memory, candidate.Row));
    }

    private protected sealed override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var due = (DueState)memory;
        due.Late.Clear();
        if (_room.Foresight != Foresight.None && budget.TokensLeft > 0) LifeProfile.Write(view, memory, _rounds);
        Settle(view, due);
        TurnAway(view, due, plan);
        AdmitOnTime(view, due, plan, ref budget);
        if (due.Late.Count == 0) return;
        TurnAway(view, due, plan);
        // Those may have been all there were.
        if (plan.Grants.IsEmpty) AdmitOnTime(view, due, plan, ref budget);
    }

    /// <summary>Rounds that the row is planned to hold KV for, at least 1.</summary>
    private protected virtual int RoundsLeft(in BatchView view, OrderedState memory, int row)
    {
        var belief = view.BelievedOutput(row);
        var tokens = _room.Foresight == Foresight.Upper ? belief.UpperTokens : belief.MeanTokens;
        return Math.Max(1, tokens - view.GeneratedTokens[row]);
    }

    private void AdmitOnTime(in BatchView view, DueState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var skipsLeft = SkipsMax;
        memory.Queue.StartReading();
        while (budget.TokensLeft > 0 && budget.PlacesLeft > 0 && memory.Queue.TryRead(out var row))
        {
            if (!view.IsWaiting(row)) continue;
            if (memory.IsDemoted(row)) BeforeLate(view, memory, plan, ref budget, row);
            if (_late != LateRule.Serve && !memory.IsDemoted(row) && IsHopeless(view, row)) memory.Late.Add(row);
            else if (!TryAdmit(view, memory, plan, ref budget, row) && skipsLeft-- == 0) return;
        }
    }

    /// <summary>Whether its first token would be late even if it came next and alone.</summary>
    private static bool IsHopeless(in BatchView view, int row)
    {
        if (DueUs(view, row) is not { } dueUs) return false;
        if (view.NowUs > dueUs) return true;
        var cached = view.CachedPrefix(row).Tokens;
        var load = default(StepLoad).With(view.WantedTokens[row] - cached, cached, isDecode: false);
        return view.NowUs + view.StepTime.StepUs(load) > dueUs;
    }

    private void TurnAway(in BatchView view, DueState memory, BatchPlan plan)
    {
        foreach (var row in memory.Late)
        {
            view.Log?.Write(DecisionKind.Refuse, new RequestId(view.Ids[row]), row, [
                new("slack-us", (double)(DueUs(view, row) - view.NowUs)!)]);
            memory.Demote(row);
            if (_late == LateRule.Refuse)
            {
                memory.Queue.Remove(row);
                plan.AddRefusal(row, RequestOutcome.RefusedDeadlineMissed);
            }
            else
            {
                memory.SetKey(row, DemotedKey(view, memory, row));
            }
        }

        memory.Late.Clear();
    }

    private long DemotedKey(in BatchView view, DueState memory, int row) => SortKey.Of(Demoted, LateKey(view, memory, row));
}
