namespace Kantor.EventLogs.Records;

/// <summary>
/// A replica is there: its policies, as they are written on a command line, and its limits. The first record of each replica.
/// </summary>
public sealed record ReplicaRecord : LogRecord
{
    /// <summary>Batch policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Belief about output lengths.</summary>
    public required string Predictor { get; init; }

    /// <summary>Which cached KV goes first.</summary>
    public required string Retention { get; init; }

    /// <summary>The objective, as one line.</summary>
    public required string Objective { get; init; }

    /// <summary>Most tokens of a step.</summary>
    public required int StepTokensMax { get; init; }

    /// <summary>Most requests that run.</summary>
    public required int RunningMax { get; init; }

    /// <summary>Most requests that wait.</summary>
    public required int WaitingMax { get; init; }

    /// <summary>Most adapters of a step; null for no limit.</summary>
    public int? AdaptersMax { get; init; }

    /// <summary>KV blocks of the pool.</summary>
    public required int Blocks { get; init; }

    /// <summary>Tokens per KV block.</summary>
    public required int BlockSizeTokens { get; init; }

    /// <summary>Whether ended requests' KV stays cached.</summary>
    public bool PrefixCaching { get; init; }

    /// <summary>Most idle blocks; null for as many as fit.</summary>
    public int? IdleBlocksMax { get; init; }

    /// <summary>Most sequence ids; null for no limit.</summary>
    public int? SequencesMax { get; init; }

    /// <summary>Whether admissions of a step hit each other's blocks.</summary>
    public bool HitsWithinStep { get; init; }

    /// <summary>Whether an idle prefix that two waiting rows share is charged once.</summary>
    public bool ChargesSharedOnce { get; init; }

    /// <summary>Whether second copies of a block are kept.</summary>
    public bool KeepsCopies { get; init; }

    /// <summary>Whether admissions take their prefixes before running rows allocate.</summary>
    public bool PinsAdmissionsFirst { get; init; }

    /// <summary>See <see cref="Core.Kv.KvRules.WaitsForPrefixTokens"/>.</summary>
    public int? WaitsForPrefixTokens { get; init; }

    /// <summary>KV blocks of the tier in host memory, which copies at once; null without one.</summary>
    public int? HostBlocks { get; init; }

    /// <summary>Fewest tokens that are worth a copy there; null without one.</summary>
    public int? HostCopyTokensMin { get; init; }

    /// <summary>Most microseconds for which the policy may hold.</summary>
    public required long HoldUsMax { get; init; }

    /// <summary>Why the replica cannot be replayed; null when it can.</summary>
    public string? NotReplayable { get; init; }
}
