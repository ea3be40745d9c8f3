using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Engine.Sampling;

namespace Kantor.Engine.Streams;

/// <summary>One prompt and what is wanted of it.</summary>
public sealed record GenerationRequest
{
    /// <summary>Prompt tokens, at least one, each below the vocabulary size.</summary>
    public required int[] PromptTokens { get; init; }

    /// <summary>Most tokens generated per choice, at least 1.</summary>
    public required int OutputTokensMax { get; init; }

    /// <summary>
    /// Least tokens generated per choice, 0 to <see cref="OutputTokensMax"/>: before them neither an end token is chosen nor a stop text
    /// looked for (vLLM: min_tokens).
    /// </summary>
    public int OutputTokensMin { get; init; }

    /// <summary>
    /// Whether no end token is ever chosen, so that an answer ends at its limit or with a stop text; what load generators ask for
    /// (ignore_eos).
    /// </summary>
    public bool IgnoresEnd { get; init; }

    /// <summary>Sampling of every choice; choice i draws from the seed's stream i.</summary>
    public SamplingSpec Sampling { get; init; } = new();

    /// <summary>Answers generated, 1 to 128; they share the prompt's KV.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Texts that end a choice; none of them is emitted. At most 16, none empty.</summary>
    public IReadOnlyList<string> StopTexts { get; init; } = [];

    /// <summary>Alternatives reported with each token, 0 to 20; null for no log-probabilities at all.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>
    /// What every answer must be; null for no constraint. An answer that is whole ends, and one that its limit cuts short is no word of the
    /// language. Where an end token may not be chosen, none is.
    /// </summary>
    public ITokenConstraint? Constraint { get; init; }

    /// <summary>Urgency as in vLLM: lower goes first, 0 is normal.</summary>
    public int Priority { get; init; }

    /// <summary>Traffic class.</summary>
    public ClassId Class { get; init; }

    /// <summary>Tenant.</summary>
    public TenantId Tenant { get; init; }

    /// <summary>Cache domain.</summary>
    public CacheDomain CacheDomain { get; init; }

    /// <summary>What is wrong, naming the member; null when the request can be submitted.</summary>
    public string? Validate(int vocabularySize)
    {
        if (PromptTokens.Length == 0) return $"{nameof(PromptTokens)} is empty; at least one token is needed.";
        foreach (var token in PromptTokens)
        {
            if ((uint)token >= (uint)vocabularySize)
            {
                return $"{nameof(PromptTokens)} holds token {token}; the vocabulary has {vocabularySize}.";
            }
        }

        if (OutputTokensMax < 1) return $"{nameof(OutputTokensMax)} is {OutputTokensMax}; it must be at least 1.";
        if (OutputTokensMin < 0 || OutputTokensMin > OutputTokensMax)
        {
            return $"{nameof(OutputTokensMin)} is {OutputTokensMin}; it must be 0 to {OutputTokensMax}.";
        }

        if (Choices is < 1 or > 128) return $"{nameof(Choices)} is {Choices}; it must be 1 to 128.";
        if (StopTexts.Count > 16 || StopTexts.Any(string.IsNullOrEmpty))
        {
            return $"{nameof(StopTexts)} must be at most 16 texts, none empty.";
        }

        if (TopLogprobs is < 0 or > 20) return $"{nameof(TopLogprobs)} is {TopLogprobs}; it must be 0 to 20.";
        return Sampling.Validate(vocabularySize);
    }
}
