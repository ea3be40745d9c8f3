using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Workloads.Traces;

/// <summary>One recorded request, the truth that no policy sees included.</summary>
/// <param name="ArrivalUs">Microseconds since the trace began.</param>
/// <param name="PromptTokens">Prompt length, at least 1.</param>
/// <param name="OutputTokens">True output length, at least 1.</param>
/// <param name="BlockIds">Content ids of the prompt, one per run of <paramref name="TokensPerBlockId"/> tokens; empty when the content is
/// unknown.</param>
/// <param name="TokensPerBlockId">Tokens that one id stands for; 0 without ids.</param>
public readonly record struct TraceRequest(long ArrivalUs, int PromptTokens, int OutputTokens, int[] BlockIds, int TokensPerBlockId)
{
    /// <summary>A request of unknown content.</summary>
    public TraceRequest(long arrivalUs, int promptTokens, int outputTokens)
        : this(arrivalUs, promptTokens, outputTokens, [], 0)
    {
    }

    /// <summary>Its place in a session; null when it stands alone.</summary>
    public TraceTurn? Turn { get; init; }

    /// <summary>Who asks, where a trace has several tenants; null when not known. What became of each is counted apart.</summary>
    public string? Tenant { get; init; }

    /// <summary>Adapter (LoRA) that it asks for; null for the base model.</summary>
    public string? Adapter { get; init; }

    /// <summary>The prompt as a fresh content that one run may extend.</summary>
    public TokenContent NewContent() =>
        BlockIds.Length == 0 ? TokenContent.Opaque(PromptTokens) : TokenContent.FromBlockIds(BlockIds, TokensPerBlockId, PromptTokens);
}
