using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Responses;
using Kantor.Server.Callers;
using Kantor.Server.Context;
using Kantor.Server.Endpoints;
using Kantor.Server.Http;
using Kantor.Server.Logging;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kantor.Server.Generation;

/// <summary>Hands a call to the endpoint and has the answer sent. When the client goes away, the endpoint hears of it at once.</summary>
internal sealed class Answering(ServerContext server)
{
    /// <summary>Answers every prompt, in the format that <paramref name="format"/> has, or as the endpoint wrote it.</summary>
    public async Task AnswerAsync(HttpContext http, AnswerHead head, EndpointCall call, int prompts, IAnswerFormat format)
    {
        var fields = call.Fields!;
        server.Prompts?.CheckIds(fields.Sampling.LogitBias.Keys, "logit_bias");
        using var open = OpenAnswers.Of(http.Features.GetRequiredFeature<Caller>(), prompts * fields.Choices);
        if (fields.User is { } user) server.Log.Accepted(head.Id, prompts, fields.Choices, QuotedText.Plain(user));
        http.Response.Headers["x-request-id"] = head.Id;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, server.Draining.Cut);
        await using var answer = await SendAsync(call, stop.Token);
        await using var goneWithClient = http.RequestAborted.UnsafeRegister(state => ((EndpointAnswer)state!).Cancel(), answer);
        if (answer is RelayedAnswer relayed) await Relaying.SendAsync(http, server, relayed, head.Id, stop.Token);
        else await SendAsync(http, head, call, (GrowingAnswer)answer, format, stop.Token);
    }

    private Task SendAsync(
        HttpContext http, AnswerHead head, EndpointCall call, GrowingAnswer answer, IAnswerFormat format, CancellationToken stop)
    {
        var progress = new AnswerProgress(call.Facts.Count, call.Fields!.Choices);
        var promptTokens = call.Facts.Sum(facts => facts.PromptTokens);
        var job = new AnswerJob(server, http, head, call.Fields, format, answer, progress, promptTokens, stop);
        return call.Fields.Stream ? StreamedAnswer.SendAsync(job) : WholeAnswer.SendAsync(job);
    }

    private async Task<EndpointAnswer> SendAsync(EndpointCall call, CancellationToken stop)
    {
        try
        {
            return await server.Endpoint.SendAsync(call, stop);
        }
        catch (ArgumentException e)
        {
            throw new ApiErrorException(ApiError.BadRequest(null, e.Message));
        }
    }
}
