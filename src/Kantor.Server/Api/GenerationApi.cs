using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Responses;
using Kantor.Server.Callers;
using Kantor.Server.Context;
using Kantor.Server.Generation;
using Kantor.Server.Http;
using Kantor.Server.Tools;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kantor.Server.Api;

/// <summary>The two routes that generate text.</summary>
internal sealed class GenerationApi(ServerContext server)
{
    private readonly Answering _answering = new(server);

    public async Task ChatAsync(HttpContext http)
    {
        var (request, body) = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Chat);
        RequirePossible(http, request.Generation, prompts: 1);
        int[][] prompts = server.Prompts is { } encoder
            ? [await encoder.ChatAsync(ToolText.Plain(request.Messages, request.Generation.Tools), http.RequestAborted)] : [];
        var head = server.NewHead("chatcmpl");
        using var writer = new ChatAnswerWriter(head, AnnouncesUsage(request.Generation));
        await AnswerAsync(http, head, request.Generation, body, prompts, 1, writer);
    }

    public async Task CompletionAsync(HttpContext http)
    {
        var (request, body) = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Completion);
        RequirePossible(http, request.Generation, request.Prompts.Count);
        var prompts = new int[server.Prompts is null ? 0 : request.Prompts.Count][];
        for (var i = 0; i < prompts.Length; i++)
        {
            prompts[i] = await server.Prompts!.PlainAsync(request.Prompts[i], "prompt", http.RequestAborted);
        }

        var head = server.NewHead("cmpl");
        using var writer = new CompletionAnswerWriter(head, AnnouncesUsage(request.Generation));
        await AnswerAsync(http, head, request.Generation, body, prompts, request.Prompts.Count, writer);
    }

    private static bool AnnouncesUsage(GenerationFields fields) => fields is { Stream: true, IncludeUsage: true };

    private void RequirePossible(HttpContext http, GenerationFields fields, int prompts)
    {
        server.CheckModel(fields.Model);
        CallBuilder.RequirePossible(fields, prompts, server.Endpoint.Info, CallerOf(http));
    }

    private Task AnswerAsync(
        HttpContext http, AnswerHead head, GenerationFields fields, ReadOnlyMemory<byte> body, int[][] prompts, int asked,
        AnswerWriter writer) => _answering.AnswerAsync(
            http, head, CallBuilder.Build(server, CallerOf(http), http.Request.Path.Value!, body, fields, prompts), asked, writer);

    private static Caller CallerOf(HttpContext http) => http.Features.GetRequiredFeature<Caller>();
}
