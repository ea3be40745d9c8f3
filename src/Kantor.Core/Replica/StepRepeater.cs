using System.Runtime.InteropServices;
using Kantor.Core.Batching;

namespace Kantor.Core.Replica;

/// <summary>Steps that repeat themselves, booked at once.</summary>
internal sealed class StepRepeater(ReplicaBooks books, PlanBooking booking, PlanDesk desk)
{
    private readonly RequestTable _table = books.Table;

    // Places of slices that are no decodes, while steps are repeated.
    private readonly List<int> _prompts = [];

    private Span<StepSlice> Slices => CollectionsMarshal.AsSpan(booking.Slices);

    /// <summary>For how many steps, the planned one included, the plan repeats itself unless a request arrives or ends.</summary>
    public int RepeatableSteps(in BatchView view)
    {
        var steps = StepsBeforeCaughtUp();
        if (steps == 1) return 1;
        var planner = books.Options.Planner;
        var promised = planner.RepeatingSteps(view, books.PlannerState, desk.Plan);
        if (promised >= 1) return Math.Min(steps, promised);
        throw new InvalidOperationException($"{planner.Name} promises {promised} steps; the least is 1.");
    }

    public void Repeat(int times)
    {
        if (times >= StepsBeforeCaughtUp()) throw new InvalidOperationException($"The planned step does not repeat itself {times} times.");
        FindPrompts(Slices);
        if (books.Kv.CachesPrefixes && _prompts.Count > 0) AdvanceOneByOne(Slices, times);
        else AdvanceAtOnce(Slices, times);
        books.Counters.Steps += times;
        books.Events.Repeated(times);
    }

    /// <summary>
    /// Steps, the planned one included, in which every running row can be granted the same and still does not catch up, or decodes; at
    /// least 1.
    /// </summary>
    private int StepsBeforeCaughtUp()
    {
        if (!MayRepeat()) return 1;
        var steps = int.MaxValue;
        foreach (ref readonly var slice in Slices)
        {
            if (!slice.IsDecode) steps = Math.Min(steps, (_table.WantedTokens[slice.Row] - slice.FromToken - 1) / slice.Tokens);
        }

        return Math.Max(1, steps);
    }

    private bool MayRepeat() =>
        desk.IsPolicyPlan && !booking.HasAdmitted && books.Options.DraftTokens == 0
        && booking.Preempted.IsEmpty && booking.Refused.IsEmpty
        && booking.Slices.Count == books.Places.RunningCount && desk.Plan.Grants.Length == booking.Slices.Count;

    private void FindPrompts(ReadOnlySpan<StepSlice> slices)
    {
        _prompts.Clear();
        for (var index = 0; index < slices.Length; index++)
        {
            if (!slices[index].IsDecode) _prompts.Add(index);
        }
    }

    /// <summary>Nothing is committed: prompts were when they were computed, and tokens of unknown identity are not cached.</summary>
    private void AdvanceAtOnce(Span<StepSlice> slices, int steps)
    {
        foreach (ref var slice in slices) Advance(ref slice, steps);
    }

    /// <summary>
    /// What becomes cached and what is evicted for it depends on their order, which is kept; decoding rows matter to it only when they take
    /// a block.
    /// </summary>
    private void AdvanceOneByOne(Span<StepSlice> slices, int steps)
    {
        var decodesGrowAt = NextDecodeBlock(slices);
        for (var step = 1; step <= steps; step++)
        {
            foreach (var index in _prompts) books.Kv.Commit(slices[index].Sequence, slices[index].FromToken + slices[index].Tokens);
            if (step >= decodesGrowAt)
            {
                AdvanceInOrder(slices, step);
                decodesGrowAt = NextDecodeBlock(slices);
                continue;
            }

            foreach (var index in _prompts) Advance(ref slices[index], 1);
        }

        foreach (ref var slice in slices)
        {
            if (slice.IsDecode) Advance(ref slice, steps);
        }
    }

    private void AdvanceInOrder(Span<StepSlice> slices, int step)
    {
        foreach (ref var slice in slices)
        {
            if (!slice.IsDecode) Advance(ref slice, 1);
            else Grow(slice, slice.FromToken + step + 1);
        }
    }

    /// <summary>
    /// The first of the repeated steps, counted from 1, in which a decoding row needs more than the blocks that it has by now.
    /// </summary>
    private int NextDecodeBlock(ReadOnlySpan<StepSlice> slices)
    {
        var next = long.MaxValue;
        foreach (ref readonly var slice in slices)
        {
            if (slice.IsDecode) next = Math.Min(next, ((long)_table.BlocksHeld[slice.Row] * books.Kv.BlockSizeTokens) - slice.FromToken);
        }

        return (int)Math.Min(int.MaxValue, next);
    }

    private void Advance(ref StepSlice slice, int steps)
    {
        var (row, tokens) = (slice.Row, slice.Tokens * steps);
        slice = slice with { FromToken = slice.FromToken + tokens };
        Grow(slice, slice.FromToken + slice.Tokens);
        if (books.KvRules.HitsWithinStep) books.Kv.Announce(slice.Sequence, slice.FromToken + slice.Tokens);
        _table.ComputedTokens[row] = slice.FromToken;
        books.Counters.ComputedTokens += tokens;
        if (!slice.IsDecode) return;
        _table.Content(row).AppendUnknown(steps);
        _table.GeneratedTokens[row] += steps;
        _table.WantedTokens[row] += steps;
        _table.LastTokenUs[row] = books.NowUs;
        books.Counters.GeneratedTokens += steps;
        books.HearsTokens?.Generated(books.IdOf(row), row, steps);
    }

    private void Grow(in StepSlice slice, int tokensTotal)
    {
        if (books.TryHold(slice.Row, tokensTotal)) return;
        throw new InvalidOperationException($"KV does not last until row {slice.Row} has {tokensTotal} tokens.");
    }
}
