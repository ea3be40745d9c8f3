using System.Runtime.InteropServices;

namespace Kantor.Core.Replica;

/// <content>Steps that repeat themselves, booked at once.</content>
public sealed partial class ReplicaScheduler
{
    // Places of slices that are no decodes, while steps are repeated.
    private readonly List<int> _prompts = [];

    /// <summary>
    /// For how many steps, the planned one included, the plan repeats itself unless a request arrives or ends; at least 1. More than 1 only
    /// when all that runs computes and either decodes or does not catch up yet, nobody was admitted, preempted or refused, and the policy
    /// promises it. Whether KV lasts so long is the caller's question.
    /// </summary>
    /// <exception cref="InvalidOperationException">The policy promises less than one step.</exception>
    public int RepeatableSteps(long nowUs)
    {
        var steps = StepsBeforeCaughtUp();
        if (steps == 1) return 1;
        var promised = Planner.RepeatingSteps(View(nowUs), _state, _plan);
        return promised >= 1 ? Math.Min(steps, promised) : throw new InvalidOperationException($"{Planner.Name} promises {promised} steps; the least is 1.");
    }

    /// <summary>
    /// The planned step was executed and completed <paramref name="times"/> times, every decoding row generated a token of unknown identity
    /// each time, nobody ended, and the policy's plan repeated itself: what is planned now is the step after them. The same books as after
    /// that many rounds of <see cref="CompleteStep"/>, <see cref="Generate"/> and <see cref="PlanStep"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The plan does not repeat itself so often, or KV does not last; the caller did not ask.</exception>
    public void RepeatStep(int times)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(times);
        if (times == 0) return;
        if (times >= StepsBeforeCaughtUp()) throw new InvalidOperationException($"The planned step does not repeat itself {times} times.");
        var slices = CollectionsMarshal.AsSpan(_slices);
        FindPrompts(slices);
        if (Kv.CachesPrefixes && _prompts.Count > 0) AdvanceOneByOne(slices, times);
        else AdvanceAtOnce(slices, times);
        Counters.Steps += times;
        _state.Repeated(times);
    }

    /// <summary>Steps, the planned one included, in which every running row can be granted the same and still does not catch up, or decodes; at least 1.</summary>
    private int StepsBeforeCaughtUp()
    {
        if (!_isPolicyPlan || _hasAdmitted || _options.DraftTokens > 0 || _preempted.Count + _refused.Count > 0 || _slices.Count != _running.Count || _plan.Grants.Length != _slices.Count) return 1;
        var steps = int.MaxValue;
        foreach (ref readonly var slice in CollectionsMarshal.AsSpan(_slices))
        {
            if (!slice.IsDecode) steps = Math.Min(steps, (_table.WantedTokens[slice.Row] - slice.FromToken - 1) / slice.Tokens);
        }

        return Math.Max(1, steps);
    }

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
    /// What becomes cached and what is evicted for it depends on their order, which is kept; decoding rows matter to it only when they take a
    /// block.
    /// </summary>
    private void AdvanceOneByOne(Span<StepSlice> slices, int steps)
    {
        var decodesGrowAt = NextDecodeBlock(slices);
        for (var step = 1; step <= steps; step++)
        {
            foreach (var index in _prompts) Kv.Commit(slices[index].Sequence, slices[index].FromToken + slices[index].Tokens);
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

    /// <summary>The first of the repeated steps, counted from 1, in which a decoding row needs more than the blocks that it has by now.</summary>
    private int NextDecodeBlock(ReadOnlySpan<StepSlice> slices)
    {
        var next = long.MaxValue;
        foreach (ref readonly var slice in slices)
        {
            if (slice.IsDecode) next = Math.Min(next, ((long)_table.BlocksHeld[slice.Row] * Kv.BlockSizeTokens) - slice.FromToken);
        }

        return (int)Math.Min(int.MaxValue, next);
    }

    private void Advance(ref StepSlice slice, int steps)
    {
        var (row, tokens) = (slice.Row, slice.Tokens * steps);
        slice = slice with { FromToken = slice.FromToken + tokens };
        Grow(slice, slice.FromToken + slice.Tokens);
        _table.ComputedTokens[row] = slice.FromToken;
        Counters.ComputedTokens += tokens;
        if (!slice.IsDecode) return;
        _table.Content(row).AppendUnknown(steps);
        _table.GeneratedTokens[row] += steps;
        _table.WantedTokens[row] += steps;
        Counters.GeneratedTokens += steps;
    }

    private void Grow(in StepSlice slice, int tokensTotal)
    {
        if (!TryHold(slice.Row, tokensTotal)) throw new InvalidOperationException($"KV does not last until row {slice.Row} has {tokensTotal} tokens.");
    }
}
