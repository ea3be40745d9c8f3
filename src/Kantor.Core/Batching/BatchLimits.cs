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

    /// <summary>Throws when a limit is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is below 1.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(StepTokensMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(RunningMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(WaitingMax, 1);
    }
}
