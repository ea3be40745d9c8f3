namespace Kantor.Core.Kv;

/// <summary>
/// How a step's admissions share KV. A policy names the rules that it is written for; a host whose memory cannot follow one takes it away.
/// </summary>
public sealed record KvRules
{
    /// <summary>The rules of every policy that names no others: hits are what was in memory before the step.</summary>
    public static KvRules Usual { get; } = new();

    /// <summary>
    /// Whether blocks can be hit from their allocation on, so that requests admitted in the same step share what one of them computes in it
    /// (vLLM: allocate_slots registers blocks before they are computed).
    /// </summary>
    public bool HitsWithinStep { get; init; }

    /// <summary>
    /// Whether an idle prefix that several admissions of a step share is charged to the first alone; otherwise to each of them.
    /// </summary>
    public bool ChargesSharedOnce { get; init; }

    /// <summary>Whether second copies of content can be found, see <see cref="KvLedgerOptions.KeepsCopies"/>.</summary>
    public bool KeepsCopies { get; init; }

    /// <summary>
    /// Whether all admissions of a step take their cached prefixes before anything is allocated, so that no allocation of the step evicts
    /// what a later admission hits; otherwise each in its turn, as in vLLM.
    /// </summary>
    public bool PinsAdmissionsFirst { get; init; } = true;

    /// <summary>
    /// Tokens at least 1: a request that begins like a prompt which the step computes, by so many tokens more than it finds cached, is
    /// admitted a step later, so that no prefix is computed twice at the same time (SGLang's in-batch prefix check, whose threshold is 32);
    /// null to admit it.
    /// </summary>
    public int? WaitsForPrefixTokens { get; init; }

    /// <summary>Whether planning has to follow what earlier grants of the step do to the books.</summary>
    internal bool FollowsStep => HitsWithinStep || ChargesSharedOnce || !PinsAdmissionsFirst;
}
