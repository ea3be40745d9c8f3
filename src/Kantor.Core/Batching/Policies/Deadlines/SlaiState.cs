using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>What <see cref="SlaiPlanner"/> remembers: which decodes the plan under way passes over at first.</summary>
internal sealed class SlaiState : OrderedState
{
    private long[] _passedOverIn = new long[16];

    /// <summary>Decodes of which some can go in a step, by the time that each has left; written anew in each step.</summary>
    public List<(long SlackUs, long Id, int Row)> Decodes { get; } = [];

    /// <summary>Whether the plan under way passes over the row.</summary>
    public bool IsPassedOver(int row) => row < _passedOverIn.Length && _passedOverIn[row] == Step;

    public void PassOver(int row)
    {
        if (row >= _passedOverIn.Length) Array.Resize(ref _passedOverIn, Math.Max(row + 1, 2 * _passedOverIn.Length));
        _passedOverIn[row] = Step;
    }

    /// <summary>Nobody is passed over any more.</summary>
    public void TakeAll() => Array.Clear(_passedOverIn);
}
