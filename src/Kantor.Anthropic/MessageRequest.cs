using Kantor.OpenAi.Requests;

namespace Kantor.Anthropic;

/// <summary>A valid body of <c>/v1/messages</c>, in the terms of the chat that it is.</summary>
/// <param name="Generation">What is asked for.</param>
/// <param name="Messages">The conversation, the system's message first.</param>
public sealed record MessageRequest(GenerationFields Generation, IReadOnlyList<ChatMessage> Messages);
