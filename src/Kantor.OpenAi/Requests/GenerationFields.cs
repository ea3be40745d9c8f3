namespace Kantor.OpenAi.Requests;

/// <summary>The fields that chat and plain completions share; ranges are checked, defaults are OpenAI's.</summary>
public sealed record GenerationFields
{
    /// <summary>Model asked for, 1 to 256 characters.</summary>
    public required string Model { get; init; }

    /// <summary>Sampling.</summary>
    public required SamplingFields Sampling { get; init; }

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

    /// <summary>Urgency as in vLLM: lower goes first, 0 is normal.</summary>
    public int Priority { get; init; }

    /// <summary>The caller's name for its end user, for the server's log; it changes neither tenant nor class nor cache domain.</summary>
    public string? User { get; init; }
}

/// <summary>How tokens are chosen; every value is finite and in the range that its name is known for.</summary>
public sealed record SamplingFields
{
    /// <summary>0, or 0.000001 to 2.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Above 0, up to 1.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>At least 1; more than the vocabulary keeps every token. Null for all.</summary>
    public int? TopK { get; init; }

    /// <summary>0 to 1.</summary>
    public double MinP { get; init; }

    /// <summary>−2 to 2.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>−2 to 2.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>Above 0, up to 100.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Any whole number of 64 bits; null for a seed of the server's choice.</summary>
    public long? Seed { get; init; }

    /// <summary>Token id to bias, −100 to 100. Whether the vocabulary has such a token is for the server to check.</summary>
    public IReadOnlyDictionary<int, double> LogitBias { get; init; } = new Dictionary<int, double>();
}
