using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>What <see cref="LtrPlanner"/> remembers beside the queue: since when each row waits, and until when it is in front.</summary>
internal sealed class LtrState : OrderedState
{
    private RowMemory[] _rows = new RowMemory[16];

    private struct RowMemory
    {
        public long WaitsSinceStep;
        public long? FrontUntilStep;
        public bool IsInFront;
    }

    /// <summary>Whether the row goes before all others: it starved, and has not run for its period since.</summary>
    public bool IsInFront(int row, bool isWaiting, LtrOptions options)
    {
        ref var memory = ref Of(row);
        if (isWaiting)
        {
            if (Step - memory.WaitsSinceStep >= options.StarveSteps) (memory.IsInFront, memory.FrontUntilStep) = (true, null);
            return memory.IsInFront;
        }

        if (!memory.IsInFront) return false;
        memory.FrontUntilStep ??= Step + options.PeriodSteps;
        return memory.IsInFront = Step < memory.FrontUntilStep;
    }

    public override void Preempted(RequestId request, int slot)
    {
        base.Preempted(request, slot);
        Of(slot).WaitsSinceStep = Step;
    }

    protected override void Begins(int row) => Of(row) = new RowMemory { WaitsSinceStep = Step };

    private ref RowMemory Of(int row)
    {
        if (row >= _rows.Length) Array.Resize(ref _rows, Math.Max(row + 1, _rows.Length * 2));
        return ref _rows[row];
    }
}
