using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>What a <see cref="DuePlanner"/> remembers: who was demoted.</summary>
internal class DueState : OrderedState
{
    private bool[] _isDemoted = new bool[16];

    /// <summary>Rows that were found in this plan not to make it.</summary>
    public List<int> Late { get; } = [];

    /// <summary>Prompt tokens that a step may hold while the same rows decode; at least 1.</summary>
    public int StepTokens { get; set; } = 1;

    /// <summary>Time of a step with so many prompt tokens.</summary>
    public double StepUs { get; set; }

    /// <summary>Time of a step without any.</summary>
    public double DecodesUs { get; set; }

    public bool IsDemoted(int row) => row < _isDemoted.Length && _isDemoted[row];

    /// <summary>It will not make it.</summary>
    public virtual void Demote(int row)
    {
        if (row >= _isDemoted.Length) Array.Resize(ref _isDemoted, Math.Max(row + 1, 2 * _isDemoted.Length));
        _isDemoted[row] = true;
    }

    protected override void Begins(int row)
    {
        if (row < _isDemoted.Length) _isDemoted[row] = false;
    }
}
