using Kantor.Core.Requests;
using Kantor.OpenAi.Forms;
using Kantor.OpenAi.Tools;

namespace Kantor.OpenAi.Requests;

/// <summary>The fields that chat and plain completions share; ranges are checked, defaults are OpenAI's.</summary>
public sealed record GenerationFields
{
    /// <summary>Model asked for, 1 to 256 characters.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// Sampling; every value is finite and in its range. Whether the vocabulary has the biased tokens is for the server to check.
    /// </summary>
    public required SamplingSpec Sampling { get; init; }

    /// <summary>Most tokens per choice; null leaves it to the server.</summary>
    public int? OutputTokensMax { get; init; }

    /// <summary>Choices per prompt.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>Texts that end a choice.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Alternatives reported per token; null for no log-probabilities.</summary>
    public int? TopLogprobs { get; init; }

    /// <summary>Whether the answer is sent as server-sent events.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether a stream ends with a chunk of usage figures.</summary>
    public bool IncludeUsage { get; init; }

    /// <summary>Whether every chunk of a stream carries the usage figures so far (vLLM: continuous_usage_stats).</summary>
    public bool ContinuousUsage { get; init; }

    /// <summary>Urgency as in vLLM: lower goes first, 0 is normal; null where it is left to the server.</summary>
    public int? Priority { get; init; }

    /// <summary>Least tokens per choice, at least 0 (vLLM: min_tokens).</summary>
    public int OutputTokensMin { get; init; }

    /// <summary>Whether no end token ends an answer (vLLM: ignore_eos).</summary>
    public bool IgnoresEnd { get; init; }

    /// <summary>What every answer must be; null for any text.</summary>
    public AnswerForm? Form { get; init; }

    /// <summary>The functions that the model may call; null for none.</summary>
    public ToolUse? Tools { get; init; }

    /// <summary>The caller's name for its end user, for the server's log; it changes neither tenant nor class nor cache domain.</summary>
    public string? User { get; init; }
}
