using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>
/// What <see cref="FastServePlanner"/> remembers beside the queue: each row's level, its service there, and since when it waits.
/// </summary>
internal sealed class FastServeState : OrderedState
{
    private RowMemory[] _rows = new RowMemory[16];
    private long _plannedUs;

    internal struct RowMemory
    {
        public int? Level;
        public double ServiceUs;
        public long WaitsSinceUs;
        public bool IsServed;
    }

    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens)
    {
        base.Granted(request, slot, tokens, reserveTokens);
        Of(slot).IsServed = true;
    }

    public override void Preempted(RequestId request, int slot)
    {
        base.Preempted(request, slot);
        (Of(slot).IsServed, Of(slot).WaitsSinceUs) = (false, NowUs);
    }

    /// <summary>The time since the last plan was service of all that it granted tokens to.</summary>
    public void Serve(in BatchView view, FastServeOptions options)
    {
        var us = view.NowUs - _plannedUs;
        _plannedUs = view.NowUs;
        foreach (var row in view.Running)
        {
            ref var memory = ref Of(row);
            if (memory is not { IsServed: true, Level: { } level }) continue;
            (memory.IsServed, memory.ServiceUs) = (false, memory.ServiceUs + us);
            for (; memory.ServiceUs >= options.QuantumUs(level) && level < short.MaxValue; level++)
            {
                memory.ServiceUs -= options.QuantumUs(level);
            }

            memory.Level = level;
        }
    }

    public ref RowMemory Of(int row)
    {
        if (row >= _rows.Length) Array.Resize(ref _rows, Math.Max(row + 1, _rows.Length * 2));
        return ref _rows[row];
    }

    protected override void Begins(int row) => Of(row) = default;
}
