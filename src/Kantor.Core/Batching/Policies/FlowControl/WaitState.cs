using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Occupancy;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// What <see cref="WaitPlanner"/> remembers: a queue in order of arrival for each class, and the class's rate and lengths.
/// </summary>
internal class WaitState : OrderedState
{
    private ClassMemory[] _classes = [];
    private int[] _classOf = new int[16];

    internal sealed class ClassMemory
    {
        /// <summary>Its waiting requests that were never admitted, by arrival.</summary>
        public RowHeap Queue { get; } = new();

        public long Count { get; set; }

        public double InputSum { get; set; }

        public double OutputSum { get; set; }
    }

    public ReadOnlySpan<ClassMemory> Classes => _classes;

    /// <summary>When the first request came, in microseconds; null before.</summary>
    public long? FirstUs { get; private set; }

    public ClassMemory ClassOf(int number)
    {
        if (number >= _classes.Length)
        {
            var before = _classes.Length;
            Array.Resize(ref _classes, number + 1);
            for (var index = before; index <= number; index++) _classes[index] = new ClassMemory();
        }

        return _classes[number];
    }

    /// <summary>The row waits in its class's queue.</summary>
    public void Enter(in BatchView view, int row)
    {
        var of = ClassOf(view.Classes[row]);
        if (row >= _classOf.Length) Array.Resize(ref _classOf, Math.Max(row + 1, _classOf.Length * 2));
        _classOf[row] = view.Classes[row];
        FirstUs ??= view.ArrivalUs[row];
        if (of.Queue.Contains(row)) return;
        of.Count++;
        of.InputSum += view.PromptTokens[row];
        of.OutputSum += view.BelievedOutput(row).MeanTokens;
        of.Queue.Set(row, view.Ids[row], ArrivalOf(row));
    }

    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens)
    {
        base.Granted(request, slot, tokens, reserveTokens);
        Leave(slot);
    }

    public override void Ended(RequestFacts request, int slot, in Decisions.RequestEnd end)
    {
        base.Ended(request, slot, end);
        Leave(slot);
    }

    private void Leave(int row)
    {
        if (row < _classOf.Length && _classOf[row] < _classes.Length) _classes[_classOf[row]].Queue.Remove(row);
    }
}
