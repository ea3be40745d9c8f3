using Kantor.Engine.Streams;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Responses;
using Kantor.Server.Callers;
using Kantor.Server.Context;
using Kantor.Server.Http;
using Kantor.Server.Logging;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kantor.Server.Generation;

/// <summary>Runs a request through the engine and has the answer sent. When the client goes away, the engine hears of it at once.</summary>
internal sealed class Answering(ServerContext server)
{
    /// <summary>Answers every prompt, in the format that <paramref name="writer"/> writes.</summary>
    public async Task AnswerAsync(
        HttpContext http, AnswerHead head, GenerationFields fields, IReadOnlyList<int[]> prompts, AnswerWriter writer)
    {
        server.Prompts.CheckIds(fields.Sampling.LogitBias.Keys, "logit_bias");
        var caller = http.Features.GetRequiredFeature<Caller>();
        var requests = RequestBuilder.Build(fields, prompts, server.Engine.Model, server.Options.Limits, caller);
        using var open = OpenAnswers.Of(caller, prompts.Count * fields.Choices);
        if (fields.User is { } user) server.Log.Accepted(head.Id, prompts.Count, fields.Choices, QuotedText.Plain(user));
        http.Response.Headers["x-request-id"] = head.Id;
        await SendAsync(http, head, fields, requests, writer);
    }

    private async Task SendAsync(
        HttpContext http, AnswerHead head, GenerationFields fields, IReadOnlyList<GenerationRequest> requests, AnswerWriter writer)
    {
        await using var deltas = Submit(requests);
        await using var goneWithClient = http.RequestAborted.UnsafeRegister(state => ((AnswerDeltas)state!).Cancel(), deltas);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, server.Draining.Cut);
        var progress = new AnswerProgress(requests.Count, fields.Choices);
        var promptTokens = requests.Sum(request => request.PromptTokens.Length);
        var job = new AnswerJob(server, http, head, fields, writer, deltas, progress, promptTokens, stop.Token);
        await (fields.Stream ? StreamedAnswer.SendAsync(job) : WholeAnswer.SendAsync(job));
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
