using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>
/// What <see cref="FlowControlPlanner"/> remembers beside the queue: the step in which each request is due, and by class the last that was
/// given out and what requests of it take.
/// </summary>
internal sealed class FlowControlState : OrderedState
{
    private double?[] _due = new double?[16];
    private ClassMemory[] _classes = new ClassMemory[4];

    internal struct ClassMemory
    {
        public double NextDue;
        public double VolumeSum;
        public long Count;
    }

    /// <summary>Classes of which somebody came.</summary>
    public int ClassCount { get; private set; }

    public double? DueOf(int row) => row < _due.Length ? _due[row] : null;

    public void SetDue(int row, double step)
    {
        if (row >= _due.Length) Array.Resize(ref _due, Math.Max(row + 1, _due.Length * 2));
        _due[row] = step;
    }

    public ref ClassMemory ClassOf(int number)
    {
        if (number >= _classes.Length) Array.Resize(ref _classes, Math.Max(number + 1, _classes.Length * 2));
        if (_classes[number].Count == 0) ClassCount++;
        return ref _classes[number];
    }

    protected override void Begins(int row)
    {
        if (row < _due.Length) _due[row] = null;
    }
}
