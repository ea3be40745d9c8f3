using Kantor.Engine.Streams;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Responses;
using Kantor.Server.Callers;
using Kantor.Server.Endpoints;
using Kantor.Server.Hosting;
using Kantor.Server.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kantor.Server.Generation;

/// <summary>Runs a request through the engine and has the answer sent. When the client goes away, the engine hears of it at once.</summary>
internal sealed class Answering(ServerContext server)
{
    public async Task AnswerAsync(HttpContext http, AnswerHead head, GenerationFields fields, IReadOnlyList<int[]> prompts)
    {
        server.Prompts.CheckIds(fields.Sampling.LogitBias.Keys, "logit_bias");
        var caller = http.Features.GetRequiredFeature<Caller>();
        var requests = RequestBuilder.Build(fields, prompts, server.Engine.Model, server.Options.Limits, caller);
        using var open = OpenAnswers.Of(caller, prompts.Count * fields.Choices);
        if (fields.User is { } user) server.Log.Accepted(head.Id, prompts.Count, fields.Choices, QuotedText.Plain(user));
        http.Response.Headers["x-request-id"] = head.Id;
        using var writer = NewWriter(http, head, fields);
        await using var deltas = Submit(requests);
        await using var goneWithClient = http.RequestAborted.UnsafeRegister(state => ((AnswerDeltas)state!).Cancel(), deltas);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, server.Draining.Cut);
        var job = new AnswerJob(server, http, head, fields, writer, deltas, new AnswerProgress(prompts.Count, fields.Choices), prompts.Sum(prompt => prompt.Length), stop.Token);
        await (fields.Stream ? StreamedAnswer.SendAsync(job) : WholeAnswer.SendAsync(job));
    }

    private static AnswerWriter NewWriter(HttpContext http, AnswerHead head, GenerationFields fields)
    {
        var usageAnnounced = fields is { Stream: true, IncludeUsage: true };
        return http.Request.Path.Value == RouteTable.Chat ? new ChatAnswerWriter(head, usageAnnounced) : new CompletionAnswerWriter(head, usageAnnounced);
    }

    private AnswerDeltas Submit(IReadOnlyList<GenerationRequest> requests)
    {
        try
        {
            return new AnswerDeltas(server.Engine, requests);
        }
        catch (ArgumentException e)
        {
            throw new ApiErrorException(ApiError.BadRequest(null, e.Message));
        }
    }
}
