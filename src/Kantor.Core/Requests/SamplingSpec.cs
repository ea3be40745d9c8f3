namespace Kantor.Core.Requests;

/// <summary>
/// How the next token is chosen from the logits. Defaults are OpenAI's; values are checked at the edge and again by <see cref="Validate"/>.
/// </summary>
public sealed record SamplingSpec
{
    /// <summary>Divides the logits, 0 to 2; 0 takes the most likely token (lowest id among equals).</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Smallest set of most likely tokens with at least this probability in sum, above 0 up to 1; 1 for all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Number of most likely tokens kept, at least 1; null for all.</summary>
    public int? TopK { get; init; }

    /// <summary>Tokens below this share of the most likely one's probability are dropped, 0 to 1; 0 for none.</summary>
    public double MinP { get; init; }

    /// <summary>Subtracted once from the logit of every token generated already, −2 to 2.</summary>
    public double PresencePenalty { get; init; }

    /// <summary>Subtracted from a token's logit for each time it was generated, −2 to 2.</summary>
    public double FrequencyPenalty { get; init; }

    /// <summary>
    /// Divides positive and multiplies negative logits of tokens in prompt or answer, above 0; 1 for none (arXiv 1909.05858, section 4.1).
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>Seed of the request's own random stream; null lets the engine choose one.</summary>
    public long? Seed { get; init; }

    /// <summary>Added to the logits of single tokens, −100 to 100 each; ids are below the vocabulary size.</summary>
    public IReadOnlyDictionary<int, double> LogitBias { get; init; } = new Dictionary<int, double>();

    /// <summary>What is wrong, naming the member; null when everything is in range.</summary>
    public string? Validate(int vocabularySize)
    {
        if (!(Temperature is >= 0 and <= 2)) return $"{nameof(Temperature)} is {Temperature}; it must be 0 to 2.";
        if (!(TopP is > 0 and <= 1)) return $"{nameof(TopP)} is {TopP}; it must be above 0 and at most 1.";
        if (TopK is < 1) return $"{nameof(TopK)} is {TopK}; it must be at least 1.";
        if (!(MinP is >= 0 and <= 1)) return $"{nameof(MinP)} is {MinP}; it must be 0 to 1.";
        if (!(PresencePenalty is >= -2 and <= 2)) return $"{nameof(PresencePenalty)} is {PresencePenalty}; it must be -2 to 2.";
        if (!(FrequencyPenalty is >= -2 and <= 2)) return $"{nameof(FrequencyPenalty)} is {FrequencyPenalty}; it must be -2 to 2.";
        if (!(RepetitionPenalty is > 0 and <= 100))
        {
            return $"{nameof(RepetitionPenalty)} is {RepetitionPenalty}; it must be above 0 and at most 100.";
        }

        foreach (var (token, bias) in LogitBias)
        {
            if ((uint)token >= (uint)vocabularySize)
            {
                return $"{nameof(LogitBias)} names token {token}; the vocabulary has {vocabularySize}.";
            }

            if (!(bias is >= -100 and <= 100)) return $"{nameof(LogitBias)} of token {token} is {bias}; it must be -100 to 100.";
        }

        return null;
    }
}
