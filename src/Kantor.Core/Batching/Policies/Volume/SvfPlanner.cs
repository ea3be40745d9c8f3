using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Occupancy;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Volume;

/// <summary>
/// Smallest volume first: of the waiting requests the one that will hold the fewest KV token-rounds, s·o + o(o + 1)/2 with the believed o,
/// is admitted as soon as the pool can hold it for its whole life together with everything that runs (arXiv 2606.22327; research notes,
/// theory 3.3). Decodes go first within a step, as in Sarathi-Serve.
/// </summary>
/// <remarks>
/// Behind the first request that does not fit, others are backfilled if they fit now and do not delay its earliest start (EASY
/// backfilling). Waiting lowers a request's key, so nobody waits for ever. Cost per step: one pass over the running rows and a few over the
/// profile of their ends; the length of the queue does not matter.
/// </remarks>
public sealed class SvfPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "smallest believed KV volume first, as soon as it fits for its whole life, with backfilling",
        "arXiv 2606.22327")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "all at once, one worker, unit rounds, lengths known",
        Guarantee = "total latency at most 1 + 2/(1 - a) times the best, if no peak is above the share a of memory (theory 3.3)",
        Information = LengthInformation.Point,
        Evidence = Evidence.Stated,
        Cost = "O(r + log n)",
    };

    // Beliefs change while requests wait: so many keys are looked at again in each step, in turn.
    private const int RefreshedRows = 16;

    private readonly SvfOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SvfPlanner(SvfOptions? options = null)
    {
        _options = options ?? new SvfOptions();
        _options.Validate();
        Name = PolicySpec.Of("svf", SvfOptions.Keys, _options).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyState NewState() => new SvfState();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var memory = (SvfState)state;
        memory.BeginStep();
        UpdateQueue(view, memory);
        var budget = new PlanBudget(view);
        if (DecodesFirst.Plan(view, plan, ref budget) < view.Running.Length) return;
        if (view.Waiting.IsEmpty || budget.TokensLeft == 0 || budget.PlacesLeft == 0) return;
        WriteProfile(view, memory);
        Admit(view, memory, plan, ref budget);
    }

    /// <summary>
    /// Without limit while nobody waits. With a queue every step must be seen: beliefs change with the tokens generated, and keys are
    /// refreshed in turn.
    /// </summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => view.Waiting.IsEmpty ? int.MaxValue : 1;

    private void UpdateQueue(in BatchView view, SvfState memory)
    {
        foreach (var row in memory.Returned)
        {
            if (view.IsWaiting(row)) SetKey(view, memory, row);
        }

        memory.Returned.Clear();
        if (memory.Queue.Count != view.Waiting.Length) RebuildQueue(view, memory);
        for (var turn = Math.Min(RefreshedRows, view.Waiting.Length); turn > 0; turn--)
        {
            memory.RefreshCursor = (memory.RefreshCursor + 1) % view.Waiting.Length;
            SetKey(view, memory, view.Waiting[memory.RefreshCursor]);
        }
    }

    private void RebuildQueue(in BatchView view, SvfState memory)
    {
        memory.Queue.Clear();
        foreach (var row in view.Waiting)
        {
            memory.Meet(row, view.Ids[row]);
            SetKey(view, memory, row);
        }
    }

    private void SetKey(in BatchView view, SvfState memory, int row)
    {
        var volume = KvTrapezoid.Volume(view.WantedTokens[row], view.BelievedOutput(row).MeanTokens - view.GeneratedTokens[row]);
        var volumePerStep = (long)((_options.AgingShare ?? 0) * view.KvBlocksTotal * view.BlockSizeTokens);
        // A preempted request goes before all others, whatever is left of it: its reader waits in the middle of an answer.
        var key = view.Preemptions[row] > 0 ? long.MinValue : volume + (volumePerStep * memory.ArrivalStepOf(row));
        memory.SetKey(row, key);
    }

    /// <summary>
    /// Blocks that a running row found in the cache are not its own: they count once, with the row that made them, or, when that row is
    /// gone, as in use for good.
    /// </summary>
    private void WriteProfile(in BatchView view, SvfState memory)
    {
        var usedBlocks = (long)view.KvBlocksTotal - view.KvBlocksAvailable;
        foreach (var row in view.Running) usedBlocks -= Math.Max(0, view.BlocksHeld[row] - memory.HitBlocksOf(row));
        memory.Profile.Clear(view.BlockSizeTokens, Math.Max(0, usedBlocks));
        foreach (var row in view.Running)
        {
            var heldBlocks = Math.Max(view.BlocksHeld[row], view.BlocksFor(view.WantedTokens[row]));
            memory.Profile.Add(Math.Max(0, heldBlocks - memory.HitBlocksOf(row)), RemainingRounds(view, row));
        }
    }

    private void Admit(in BatchView view, SvfState memory, BatchPlan plan, ref PlanBudget budget)
    {
        memory.Queue.StartReading();
        while (budget.TokensLeft > 0 && budget.PlacesLeft > 0 && memory.Queue.TryRead(out var row))
        {
            if (!view.IsWaiting(row) || TryAdmit(view, memory, plan, ref budget, row)) continue;
            if (_options.Backfilling) Backfill(view, memory, plan, ref budget, row);
            return;
        }
    }

    private void Backfill(in BatchView view, SvfState memory, BatchPlan plan, ref PlanBudget budget, int head)
    {
        var heldBlocks = budget.BlocksToAdmit(view.WantedTokens[head], view.CachedPrefix(head));
        var rounds = RemainingRounds(view, head);
        if (memory.Profile.EarliestStart(heldBlocks, rounds, view.KvBlocksTotal) is not { } start) return;
        for (var depth = 0; depth < _options.BackfillDepth && memory.OvertakesOf(head) < _options.OvertakesMax; depth++)
        {
            if (budget.TokensLeft == 0 || budget.PlacesLeft == 0 || !memory.Queue.TryRead(out var row)) return;
            if (view.IsWaiting(row) && TryBackfill(view, memory, plan, ref budget, row, new Reservation(start, heldBlocks, rounds)))
            {
                memory.AddOvertake(head);
            }
        }
    }

    private bool TryBackfill(in BatchView view, SvfState memory, BatchPlan plan, ref PlanBudget budget, int row, Reservation reserved)
    {
        // Without its cached prefix at first: looking that up for everybody would cost more than it finds.
        var heldBlocks = view.BlocksFor(view.WantedTokens[row]);
        var rounds = RemainingRounds(view, row);
        if (heldBlocks > budget.BlocksLeft || !memory.Profile.Fits(0, heldBlocks, rounds, view.KvBlocksTotal)) return false;
        var place = memory.Profile.Add(heldBlocks, rounds);
        var delays = !memory.Profile.Fits(reserved.StartRound, reserved.HeldBlocks, reserved.Rounds, view.KvBlocksTotal);
        memory.Profile.RemoveAt(place);
        return !delays && TryAdmit(view, memory, plan, ref budget, row);
    }

    private bool TryAdmit(in BatchView view, SvfState memory, BatchPlan plan, ref PlanBudget budget, int row)
    {
        var wanted = view.WantedTokens[row];
        var hit = view.CachedPrefix(row);
        var heldBlocks = budget.BlocksToAdmit(wanted, hit);
        var rounds = RemainingRounds(view, row);
        // Alone it always runs: the host took it because it fits the pool, whatever is believed.
        var isAlone = view.Running.IsEmpty && plan.Grants.IsEmpty;
        view.Log?.Write(DecisionKind.Plan, new RequestId(view.Ids[row]), row, [
            new("key-token-rounds", memory.KeyOf(row)),
            new("held-blocks", heldBlocks),
            new("believed-rounds", rounds),
            new("cached-tokens", hit.Tokens),
            new("blocks-left", budget.BlocksLeft)]);
        if (!isAlone && !memory.Profile.Fits(0, heldBlocks, rounds, view.KvBlocksTotal)) return false;
        var tokens = Math.Min(wanted - hit.Tokens, budget.TokensLeft);
        if (!budget.TryTakeWaiting(row, tokens, hit, wanted)) return false;
        plan.AddGrant(row, tokens, wanted);
        memory.Profile.Add(heldBlocks, rounds);
        memory.SetHitBlocks(row, view.BlocksFor(hit.Tokens) - hit.BlocksIdle);
        return true;
    }

    private int RemainingRounds(in BatchView view, int row)
    {
        var belief = view.BelievedOutput(row);
        return (_options.PlansForUpperBelief ? belief.UpperTokens : belief.MeanTokens) - view.GeneratedTokens[row];
    }

    private readonly record struct Reservation(int StartRound, long HeldBlocks, int Rounds);
}
