namespace Kantor.OpenAi.Requests;

/// <summary>Upper limits on what one request may carry. Checked before anything is tokenised or allocated for it.</summary>
public sealed record RequestLimits
{
    /// <summary>Bytes of a request body.</summary>
    public int BodyBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Messages of a conversation.</summary>
    public int MessagesMax { get; init; } = 4096;

    /// <summary>Text parts of one message.</summary>
    public int PartsMax { get; init; } = 256;

    /// <summary>Prompts of a completion request, inputs of an embedding request.</summary>
    public int PromptsMax { get; init; } = 128;

    /// <summary>Choices per prompt (<c>n</c>); the engine takes at most 128.</summary>
    public int ChoicesMax { get; init; } = 128;

    /// <summary>Stop strings; the engine takes at most 16.</summary>
    public int StopsMax { get; init; } = 16;

    /// <summary>Characters of one stop string.</summary>
    public int StopCharsMax { get; init; } = 256;

    /// <summary>Entries of <c>logit_bias</c>.</summary>
    public int BiasMax { get; init; } = 1024;

    /// <summary>Alternatives per token (<c>top_logprobs</c>); the engine takes at most 20.</summary>
    public int TopLogprobsMax { get; init; } = 20;

    /// <summary>
    /// Bytes of text that are tokenised per token of the model's context; a longer prompt is refused unread. Text has about 4 bytes per
    /// token.
    /// </summary>
    public int PromptBytesPerTokenMax { get; init; } = 16;

    /// <summary>
    /// Tokens that one request may ask to generate: prompts × choices × tokens per choice, each alternative log-probability counted as one
    /// more.
    /// </summary>
    public long CostTokensMax { get; init; } = 1 << 20;
}
