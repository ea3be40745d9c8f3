using Kantor.OpenAi.Tools;

namespace Kantor.OpenAi.Responses;

/// <summary>What all chunks of one answer repeat.</summary>
/// <param name="Id">Name of the answer.</param>
/// <param name="CreatedUnixSeconds">When it was begun.</param>
/// <param name="Model">Model that answers.</param>
public sealed record AnswerHead(string Id, long CreatedUnixSeconds, string Model);

/// <summary>One finished choice.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="Text">All of its text.</param>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="Logprobs">One entry per token; null when not asked for.</param>
public sealed record AnswerChoice(int Index, string Text, string FinishReason, IReadOnlyList<LogprobEntry>? Logprobs)
{
    /// <summary>The text asked for that ended it; null when none did.</summary>
    public string? StopText { get; init; }

    /// <summary>Functions that it calls.</summary>
    public IReadOnlyList<ToolCall> Calls { get; init; } = [];
}

/// <summary>What a call of a function gained.</summary>
/// <param name="Index">Number of the call in its choice, from 0.</param>
/// <param name="Id">Name of the call, on its first piece; null on the others.</param>
/// <param name="Name">The function, on its first piece; null on the others.</param>
/// <param name="Arguments">More of its arguments, as JSON text; empty on its first piece.</param>
public sealed record CallPiece(int Index, string? Id, string? Name, string Arguments);

/// <summary>A token and its log-probability.</summary>
/// <param name="Bytes">Its bytes; they may be a part of a character.</param>
/// <param name="Logprob">Natural logarithm; anything that is not finite or below −9999 is written as −9999.</param>
/// <param name="Top">Alternatives, best first; theirs are not written.</param>
public sealed record LogprobEntry(byte[] Bytes, double Logprob, IReadOnlyList<LogprobEntry> Top);

/// <summary>Tokens that an answer cost.</summary>
/// <param name="PromptTokens">Tokens of the prompts, each counted once however many choices it has.</param>
/// <param name="CachedTokens">Those of them that were found in the prefix cache.</param>
/// <param name="CompletionTokens">Tokens generated, over all choices.</param>
public sealed record Usage(int PromptTokens, int CachedTokens, int CompletionTokens)
{
    /// <summary>Prompt and completion.</summary>
    public int TotalTokens => PromptTokens + CompletionTokens;
}
