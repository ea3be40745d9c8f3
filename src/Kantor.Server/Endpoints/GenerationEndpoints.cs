using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Responses;
using Kantor.Server.Callers;
using Kantor.Server.Context;
using Kantor.Server.Generation;
using Kantor.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kantor.Server.Endpoints;

/// <summary>The two routes that generate text.</summary>
internal sealed class GenerationEndpoints(ServerContext server)
{
    private readonly Answering _answering = new(server);

    public async Task ChatAsync(HttpContext http)
    {
        var request = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Chat);
        server.CheckModel(request.Generation.Model);
        RequirePossible(http, request.Generation, prompts: 1);
        var prompt = await server.Prompts.ChatAsync(request.Messages, http.RequestAborted);
        var head = server.NewHead("chatcmpl");
        using var writer = new ChatAnswerWriter(head, AnnouncesUsage(request.Generation));
        await _answering.AnswerAsync(http, head, request.Generation, [prompt], writer);
    }

    public async Task CompletionAsync(HttpContext http)
    {
        var request = await JsonBody.ReadAsync(http, server.Options.Limits, RequestParser.Completion);
        server.CheckModel(request.Generation.Model);
        RequirePossible(http, request.Generation, request.Prompts.Count);
        var prompts = new int[request.Prompts.Count][];
        for (var i = 0; i < prompts.Length; i++)
        {
            prompts[i] = await server.Prompts.PlainAsync(request.Prompts[i], "prompt", http.RequestAborted);
        }

        var head = server.NewHead("cmpl");
        using var writer = new CompletionAnswerWriter(head, AnnouncesUsage(request.Generation));
        await _answering.AnswerAsync(http, head, request.Generation, prompts, writer);
    }

    private static bool AnnouncesUsage(GenerationFields fields) => fields is { Stream: true, IncludeUsage: true };

    private void RequirePossible(HttpContext http, GenerationFields fields, int prompts) => RequestBuilder.RequirePossible(
        fields, prompts, server.Engine.Abilities, http.Features.GetRequiredFeature<Caller>(), server.Engine.Snapshot().Policy);
}
