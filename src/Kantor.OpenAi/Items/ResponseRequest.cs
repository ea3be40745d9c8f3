using System.Text.Json;
using Kantor.OpenAi.Requests;

namespace Kantor.OpenAi.Items;

/// <summary>A valid body of <c>/v1/responses</c>, in the terms of the chat that it is.</summary>
/// <param name="Generation">What is asked for.</param>
/// <param name="Messages">The conversation, the instructions first.</param>
/// <param name="Echo">What the answer repeats of the body.</param>
public sealed record ResponseRequest(GenerationFields Generation, IReadOnlyList<ChatMessage> Messages, ResponseEcho Echo);

/// <summary>What a response repeats of its request; null where nothing was said.</summary>
public sealed record ResponseEcho
{
    /// <summary>The instructions.</summary>
    public string? Instructions { get; init; }

    /// <summary>The tools.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Whether a tool is called.</summary>
    public JsonElement? ToolChoice { get; init; }

    /// <summary>The form of the text.</summary>
    public JsonElement? Text { get; init; }

    /// <summary>The client's notes.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>Whether several tools may be called at once.</summary>
    public bool IsParallel { get; init; } = true;
}
