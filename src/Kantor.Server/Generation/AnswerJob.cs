using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Responses;
using Kantor.Server.Context;
using Kantor.Server.Endpoints;
using Kantor.Server.Tools;
using Microsoft.AspNetCore.Http;

namespace Kantor.Server.Generation;

/// <summary>One HTTP request whose prompts are with the endpoint.</summary>
/// <param name="Server">What all routes share.</param>
/// <param name="Http">The request and its response.</param>
/// <param name="Head">Name of the answer.</param>
/// <param name="Fields">What was asked for.</param>
/// <param name="Format">How the route answers.</param>
/// <param name="Answer">What the endpoint says.</param>
/// <param name="Progress">Which choices have ended.</param>
/// <param name="PromptTokens">Tokens of all prompts.</param>
/// <param name="Stop">The client is gone, or the server's drain period is over.</param>
internal sealed record AnswerJob(
    ServerContext Server,
    HttpContext Http,
    AnswerHead Head,
    GenerationFields Fields,
    IAnswerFormat Format,
    GrowingAnswer Answer,
    AnswerProgress Progress,
    int PromptTokens,
    CancellationToken Stop)
{
    private readonly ToolCallReader?[] _readers = new ToolCallReader?[Progress.Choices];

    /// <summary>Tells a choice's calls from its text; null when no function may be called.</summary>
    public ToolCallReader? CallsOf(int choice) => Fields.Tools is null ? null : _readers[choice] ??= new ToolCallReader();

    /// <summary>Why a choice ended, which is to have its calls made when it has any.</summary>
    public string? ReasonOf(int choice, string? reason) =>
        reason == "stop" && _readers[choice] is { HasCalls: true } ? "tool_calls" : reason;

    /// <summary>Whether the server, and not the client, ended the job.</summary>
    public bool IsCutByServer => Server.Draining.Cut.IsCancellationRequested && !Http.RequestAborted.IsCancellationRequested;

    /// <summary>Sends what was written so far.</summary>
    public ValueTask FlushAsync() => BoundedWriting.FlushAsync(Http, Server, Head.Id);
}
