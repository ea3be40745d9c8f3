namespace Kantor.Core.Batching;

/// <summary>What one step of a replica may hold.</summary>
public sealed record BatchLimits
{
    /// <summary>Most tokens that a step computes, at least 1 (vLLM: max_num_batched_tokens; Sarathi: chunk size).</summary>
    public required int StepTokensMax { get; init; }

    /// <summary>Most requests that run at the same time, at least 1 (vLLM: max_num_seqs).</summary>
    public required int RunningMax { get; init; }

    /// <summary>Most requests that wait; a further one is refused. At least 1.</summary>
    public int WaitingMax { get; init; } = 1_000_000;

    /// <summary>
    /// Most adapters that run at the same time, 1 to 64 (vLLM: max_loras); the base model is none. Null for no limit.
    /// </summary>
    public int? AdaptersMax { get; init; }

    /// <summary>Throws when a limit is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(StepTokensMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RunningMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WaitingMax, 1);
        if (AdaptersMax is < 1 or > AdapterSet.Capacity)
        {
            throw new ArgumentOutOfRangeException(nameof(AdaptersMax), AdaptersMax, $"It must be 1 to {AdapterSet.Capacity}.");
        }
    }
}
