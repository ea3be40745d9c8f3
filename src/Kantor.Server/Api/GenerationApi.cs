using Kantor.Anthropic;
using Kantor.OpenAi.Items;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Responses;
using Kantor.Server.Callers;
using Kantor.Server.Context;
using Kantor.Server.Endpoints;
using Kantor.Server.Generation;
using Kantor.Server.Http;
using Kantor.Server.Tools;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kantor.Server.Api;

/// <summary>The routes that generate text.</summary>
internal sealed class GenerationApi(ServerContext server)
{
    private readonly Answering _answering = new(server);

    public async Task ChatAsync(HttpContext http)
    {
        var (request, body) = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Chat);
        RequirePossible(http, request.Generation, prompts: 1);
        var prompts = await PromptsAsync(http, request.Messages, request.Generation);
        var head = server.NewHead("chatcmpl-");
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

        var head = server.NewHead("cmpl-");
        using var writer = new CompletionAnswerWriter(head, AnnouncesUsage(request.Generation));
        await AnswerAsync(http, head, request.Generation, body, prompts, request.Prompts.Count, writer);
    }

    public async Task ResponseAsync(HttpContext http)
    {
        var (request, body) = await JsonBody.ReadAsync(http, server.Options.Limits, ResponseParser.Response);
        RequirePossible(http, request.Generation, prompts: 1);
        var head = server.NewHead("resp_");
        using var format = new ResponseFormat(head, request);
        await AnswerAsync(http, head, request.Generation, body, await PromptsAsync(http, request.Messages, request.Generation), 1, format);
    }

    public async Task MessageAsync(HttpContext http)
    {
        var (request, body) = await JsonBody.ReadAsync(http, server.Options.Limits, MessageParser.Message);
        RequirePossible(http, request.Generation, prompts: 1);
        var head = server.NewHead("msg_");
        using var format = new MessageFormat(head);
        await AnswerAsync(http, head, request.Generation, body, await PromptsAsync(http, request.Messages, request.Generation), 1, format);
    }

    public async Task CountAsync(HttpContext http)
    {
        var (request, body) = await JsonBody.ReadAsync(http, server.Options.Limits, MessageParser.Count);
        server.CheckModel(request.Generation.Model);
        if (await PromptsAsync(http, request.Messages, request.Generation) is not [var prompt])
        {
            await Relaying.SendAsync(http, server, new EndpointCall { Path = http.Request.Path.Value!, Body = body });
            return;
        }

        http.Response.ContentType = JsonBody.ContentType;
        MessageFormat.WriteCount(http.Response.BodyWriter, prompt.Length);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    private async Task<int[][]> PromptsAsync(HttpContext http, IReadOnlyList<ChatMessage> messages, GenerationFields fields) =>
        server.Prompts is { } encoder ? [await encoder.ChatAsync(ToolText.Plain(messages, fields.Tools), http.RequestAborted)] : [];

    private static bool AnnouncesUsage(GenerationFields fields) => fields is { Stream: true, IncludeUsage: true };

    private void RequirePossible(HttpContext http, GenerationFields fields, int prompts)
    {
        server.CheckModel(fields.Model);
        CallBuilder.RequirePossible(fields, prompts, server.Endpoint.Info, CallerOf(http));
    }

    private Task AnswerAsync(
        HttpContext http, AnswerHead head, GenerationFields fields, ReadOnlyMemory<byte> body, int[][] prompts, int asked,
        IAnswerFormat format) => _answering.AnswerAsync(
            http, head, CallBuilder.Build(server, CallerOf(http), http.Request.Path.Value!, body, fields, prompts), asked, format);

    private static Caller CallerOf(HttpContext http) => http.Features.GetRequiredFeature<Caller>();
}
