using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Decisions;
using Kantor.Core.Occupancy;
using Kantor.Core.Prices;
using Kantor.Core.StepTime;

namespace Kantor.Core.Batching.Policies.Priced;

/// <summary>The order of <see cref="PricedPlanner"/> while there are prices.</summary>
internal sealed class PricedOrder : MooreHodgsonPlanner
{
    // Keys stay below those of the next level.
    private const double MostMinor = 1L << 47;

    // How many at the head of the queue are looked at for who has waited too long: preempted ones stand before them.
    private const int HeadRows = 16;

    private readonly PricedOptions _options;
    private readonly Displacement _displacement;

    public PricedOrder(string name, PricedOptions options)
        : base(
            name,
            new MooreHodgsonOptions { Steps = options.Steps, Memory = options.Memory },
            new OrderRules { Refresh = KeyRefresh.InTurn, ScoresVictims = true, PreemptedFirst = options.HeadStart })
    {
        _options = options;
        _displacement = new Displacement(this, options.Displaces);
    }

    public override PolicyState NewState() => new PricedState();

    /// <summary>Whether the row, with no cached prefix, could be admitted if so many blocks were left.</summary>
    internal bool WouldFit(in BatchView view, PricedState memory, int row, int blocksLeft)
    {
        var held = view.BlocksFor(view.WantedTokens[row]);
        return held + (int)(_options.Memory.Watermark * view.KvBlocksTotal) <= blocksLeft
            && (_options.Memory.Foresight == Foresight.None
                || memory.Profile.Fits(0, held, RoundsLeft(view, memory, row), view.KvBlocksTotal));
    }

    /// <summary>Admits the row if it fits.</summary>
    internal bool Admits(in BatchView view, PricedState memory, BatchPlan plan, ref PlanBudget budget, int row) =>
        TryAdmit(view, memory, plan, ref budget, row);

    /// <summary>The running row gives way.</summary>
    internal static void GivesWay(in BatchView view, PricedState memory, BatchPlan plan, ref PlanBudget budget, int row) =>
        Preempt(view, memory, plan, ref budget, row);

    /// <summary>What the running row will hold is no longer planned for, or is again.</summary>
    internal void PlanWithout(in BatchView view, PricedState memory, int row, bool isGone)
    {
        if (_options.Memory.Foresight == Foresight.None) return;
        var (held, rounds) = (LifeProfile.HeldBlocks(view, memory, row), RoundsLeft(view, memory, row));
        if (isGone) memory.Profile.Remove(held, rounds);
        else memory.Profile.Add(held, rounds);
    }

    private protected override string KeyTerm => "key-by-level";

    private protected override void Begin(in BatchView view, OrderedState memory)
    {
        base.Begin(view, memory);
        var prices = (PricedState)memory;
        (prices.Blocked, prices.WasKeptForLater, prices.KeptForLater) = (null, prices.KeptForLater, false);
        prices.DemotedNow.Clear();
        if (prices.StepUs <= 0)
        {
            // Before the first step nothing is known of it but the model.
            prices.StepTokens = view.Limits.StepTokensMax;
            prices.StepUs = view.StepTime.StepUs(default(StepLoad).With(prices.StepTokens, 0, isDecode: false));
        }

        var one = default(StepLoad).With(1, 1, isDecode: true);
        prices.DecodeRowUs = view.StepTime.StepUs(one.With(1, 1, isDecode: true)) - view.StepTime.StepUs(one);
        FindImpatient(view, prices);
    }

    private protected override long Key(in BatchView view, OrderedState memory, int row) =>
        ((PricedState)memory).Impatient is { } impatient && impatient == (view.Ids[row], row) ? SortKey.First : base.Key(view, memory, row);

    private protected override long OnTimeKey(in BatchView view, DueState memory, int row)
    {
        if (Returns(view, memory, row) is { } key) return key;
        return DueUs(view, row) is not null && view.ClassOf(row).Value > 0
            ? base.OnTimeKey(view, memory, row)
            : SortKey.Of(Never, CostByRate(view, (PricedState)memory, row));
    }

    private protected override void Settle(in BatchView view, DueState memory)
    {
        base.Settle(view, memory);
        var (prices, pace) = ((PricedState)memory, PaceOf(memory));
        foreach (var row in memory.Late)
        {
            // What a prompt that is left out would have paid for a millisecond; nobody bids once the set is feasible.
            var us = Math.Max(1, pace.Us(Math.Max(1, view.UncachedTokens(row))));
            prices.Machine.TryBid(view.ClassOf(row).Value * 1_000 / us, view.NowUs);
        }
    }

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate)
    {
        var prices = (PricedState)memory;
        if (base.Passes(view, memory, budget, candidate)) return true;
        prices.Kv.TryBid(1, view.NowUs);
        prices.KeptForLater |= candidate.HeldBlocks + (int)(_options.Memory.Watermark * view.KvBlocksTotal) <= budget.BlocksLeft;
        prices.Blocked ??= candidate.Row;
        return false;
    }

    /// <summary>What was lost before it gave way has nothing to lose by letting others pass.</summary>
    private protected override bool IsLate(in BatchView view, DueState memory, int row) =>
        view.GeneratedTokens[row] > 0 && Valuation.PaysLimits(view.ClassOf(row)) ? view.IsLost(row) : base.IsLate(view, memory, row);

    private protected override int RoundsLeft(in BatchView view, OrderedState memory, int row)
    {
        var rounds = base.RoundsLeft(view, memory, row);
        return _options.ReserveLearns ? Math.Max(1, (int)(((PricedState)memory).Reserve.Share * rounds)) : rounds;
    }

    private protected override void Finish(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var prices = (PricedState)memory;
        LearnReserve(view, prices, plan);
        if (_options.Displaces != DisplacedRows.None && prices.Blocked is { } row)
        {
            _displacement.Try(view, prices, PaceOf(prices), plan, ref budget, row);
        }

        base.Finish(view, memory, plan, ref budget);
    }

    private protected override double VictimScore(in BatchView view, OrderedState memory, int row)
    {
        if (!_options.PricesVictims) return base.VictimScore(view, memory, row);
        var prices = (PricedState)memory;
        return RowValue.KvFreed(view, row) / RowValue.LossByPreemption(view, row, PaceOf(prices), prices.Machine.At(view.NowUs));
    }

    /// <summary>Answers lost for want of room, and first tokens lost while room was kept, are weighed against each other.</summary>
    private static void LearnReserve(in BatchView view, PricedState memory, BatchPlan plan)
    {
        foreach (var row in plan.Preemptions)
        {
            if (RowValue.LosesAnswer(view, row, PaceOf(memory))) memory.Reserve.TooLittle(view.ClassOf(row).Value);
        }

        if (!memory.KeptForLater && !memory.WasKeptForLater) return;
        foreach (var row in memory.DemotedNow) memory.Reserve.TooMuch(view.ClassOf(row).Value);
    }

    /// <summary>
    /// A preempted row stands by when its next token is due, less what it has to compute again; null without a limit, where it stands by
    /// its cost.
    /// </summary>
    private static long? Returns(in BatchView view, DueState memory, int row)
    {
        if (view.GeneratedTokens[row] == 0) return null;
        if (view.IsLost(row)) return SortKey.Of(Demoted, view.WantedTokens[row]);
        if (!Valuation.PaysLimits(view.ClassOf(row)) || view.SlackToNextTokenUs(row) is not { } slackUs) return null;
        return SortKey.Of(OnTime, Math.Max(0, view.NowUs + slackUs - (long)PaceOf(memory).Us(view.WantedTokens[row])));
    }

    /// <summary>
    /// Microseconds of its resources by the rate at which it loses value: machine time, and pool time as far as the pool binds (Smith's
    /// rule on the resource that is scarce).
    /// </summary>
    private long CostByRate(in BatchView view, PricedState memory, int row)
    {
        var pace = PaceOf(memory);
        var rounds = view.BelievedOutput(row).MeanTokens - view.GeneratedTokens[row];
        var workUs = (view.UncachedTokens(row) * pace.StepUs / pace.StepTokens) + (rounds * memory.DecodeRowUs);
        var binds = _options.PricesKv ? memory.Kv.At(view.NowUs) : 0;
        if (binds > 0)
        {
            var poolTokens = (double)view.KvBlocksTotal * view.BlockSizeTokens;
            var poolUs = KvTrapezoid.Volume(view.WantedTokens[row], rounds) * pace.StepUs / poolTokens;
            workUs += binds * (poolUs - workUs);
        }

        return (long)Math.Min(MostMinor, workUs / RowValue.RatePerMs(view, row));
    }

    /// <summary>The oldest that has waited for longer than the patience is first, one at a time until its first token.</summary>
    private void FindImpatient(in BatchView view, PricedState memory)
    {
        if (memory.Impatient is { } last && view.Ids[last.Row] == last.Id && view.GeneratedTokens[last.Row] == 0) return;
        memory.Impatient = null;
        for (var place = 0; place < Math.Min(HeadRows, view.Waiting.Length); place++)
        {
            var row = view.Waiting[place];
            if (view.NowUs - view.ArrivalUs[row] < _options.PatienceS * 1e6) continue;
            memory.Impatient = (view.Ids[row], row);
            memory.SetKey(row, SortKey.First);
            return;
        }
    }
}
