using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>What <see cref="SlosServePlanner"/> remembers: to whom it promised a first token in time, and who is paused.</summary>
internal sealed class SlosServeState : DueState
{
    private bool[] _isPromised = new bool[16];
    private bool[] _isPaused = new bool[16];

    /// <summary>The prompts that are decided about.</summary>
    public PromptWindow Window { get; } = new();

    /// <summary>Rows of the window, by place.</summary>
    public int[] Rows { get; } = new int[PromptWindow.PromptsMax];

    /// <summary>Who of the window is promised, by place.</summary>
    public bool[] Chosen { get; } = new bool[PromptWindow.PromptsMax];

    /// <summary>Waiting rows with a promise.</summary>
    public int Promises { get; private set; }

    /// <summary>Rows that decode but not in this step, by number.</summary>
    public ReadOnlySpan<bool> Paused => _isPaused;

    /// <summary>Time that the step may take while somebody is paused, in microseconds; null when nobody is.</summary>
    public double? PausedStepUs { get; private set; }

    public bool IsPromised(int row) => row < _isPromised.Length && _isPromised[row];

    public void Promise(int row)
    {
        if (IsPromised(row)) return;
        if (row >= _isPromised.Length) Array.Resize(ref _isPromised, Math.Max(row + 1, 2 * _isPromised.Length));
        _isPromised[row] = true;
        Promises++;
    }

    public bool IsPaused(int row) => row < _isPaused.Length && _isPaused[row];

    public void Pause(int row, double stepUs)
    {
        if (row >= _isPaused.Length) Array.Resize(ref _isPaused, Math.Max(row + 1, 2 * _isPaused.Length));
        _isPaused[row] = true;
        PausedStepUs = stepUs;
    }

    /// <summary>Nobody is paused.</summary>
    public void Unpause()
    {
        if (PausedStepUs is null) return;
        _isPaused.AsSpan().Clear();
        PausedStepUs = null;
    }

    public override void Demote(int row)
    {
        base.Demote(row);
        Forget(row);
    }

    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens)
    {
        base.Granted(request, slot, tokens, reserveTokens);
        Forget(slot);
    }

    public override void Ended(RequestFacts request, int slot, in Decisions.RequestEnd end)
    {
        base.Ended(request, slot, end);
        Forget(slot);
    }

    protected override void Begins(int row)
    {
        base.Begins(row);
        Forget(row);
    }

    private void Forget(int row)
    {
        if (!IsPromised(row)) return;
        _isPromised[row] = false;
        Promises--;
    }
}
