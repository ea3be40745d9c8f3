using Kantor.OpenAi.Tools;

namespace Kantor.OpenAi.Requests;

/// <summary>A valid body of <c>/v1/chat/completions</c>.</summary>
/// <param name="Generation">What chat and plain completions share.</param>
/// <param name="Messages">The conversation, at least one message.</param>
public sealed record ChatRequest(GenerationFields Generation, IReadOnlyList<ChatMessage> Messages);

/// <summary>One message.</summary>
/// <param name="Role">system, user, assistant or tool; <c>developer</c> is read as system.</param>
/// <param name="Text">Its text; several text parts are joined by line ends.</param>
public sealed record ChatMessage(string Role, string Text)
{
    /// <summary>Functions that the assistant called in it.</summary>
    public IReadOnlyList<ToolCall> Calls { get; init; } = [];

    /// <summary>Of a message with the role tool, the call whose result it is.</summary>
    public string? CallId { get; init; }
}
