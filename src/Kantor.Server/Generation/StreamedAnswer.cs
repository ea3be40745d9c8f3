using System.Text;
using Kantor.Core.Requests;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Responses;
using Kantor.Server.Endpoints;
using Kantor.Server.Http;
using Kantor.Server.Logging;
using Microsoft.AspNetCore.Http;

namespace Kantor.Server.Generation;

/// <summary>
/// Sends the answer as it grows. Until the first delta nothing is sent, so an early error has its own status; a late one becomes the last
/// event, without an end mark, so that no client takes the answer for complete.
/// </summary>
internal static class StreamedAnswer
{
    public static async Task SendAsync(AnswerJob job)
    {
        var sse = new SseWriter(job.Http.Response.BodyWriter, job.Writer);
        var error = await SendChoicesAsync(job, sse);
        if (error is null)
        {
            if (job.Fields.IncludeUsage) sse.Totals(job.Progress.Usage);
            sse.Done();
        }
        else
        {
            job.Server.Log.StreamFailed(job.Head.Id, error.Code);
            sse.Error(error);
        }

        await job.FlushAsync();
    }

    /// <summary>Sends deltas until every choice has ended; answers the error that ended the stream before.</summary>
    private static async Task<ApiError?> SendChoicesAsync(AnswerJob job, SseWriter sse)
    {
        try
        {
            await foreach (var delta in job.Answer.ReadAllAsync(job.Stop))
            {
                var reason = job.Progress.Note(delta, out var error);
                if (error is not null) return InStream(job, error);
                if (!job.Http.Response.HasStarted) Begin(job, sse);
                if (job.Fields.ContinuousUsage) job.Writer.RunningUsage = job.Progress.RunningUsage(job.PromptTokens);
                Write(job, sse, delta, reason);
                await job.FlushAsync();
            }
        }
        catch (OperationCanceledException) when (job.IsCutByServer)
        {
            return InStream(job, OutcomeTable.Of(RequestOutcome.ShutDown).Error!);
        }

        return job.Progress.IsComplete ? null : InStream(job, OutcomeTable.Of(RequestOutcome.BackendFailed).Error!);
    }

    /// <summary>The error, when it is too late for a status of its own.</summary>
    private static ApiError InStream(AnswerJob job, ApiError error) =>
        job.Http.Response.HasStarted ? error : throw new ApiErrorException(error);

    private static void Begin(AnswerJob job, SseWriter sse)
    {
        var response = job.Http.Response;
        response.ContentType = SseWriter.ContentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        for (var choice = 0; choice < job.Progress.Choices; choice++) sse.Opening(choice);
    }

    private static void Write(AnswerJob job, SseWriter sse, AnswerDelta delta, string? finishReason)
    {
        var logprobs = job.Fields.TopLogprobs is null ? null : AnswerProgress.Logprobs(delta.Delta);
        List<CallPiece> calls = [];
        var text = TextOf(job, delta, finishReason, calls);
        if (text.Length > 0 || logprobs is { Count: > 0 }) sse.Piece(delta.Index, text, logprobs);
        foreach (var call in calls) sse.Call(delta.Index, call);
        if (job.ReasonOf(delta.Index, finishReason) is { } reason) sse.Ending(delta.Index, reason);
    }

    private static string TextOf(AnswerJob job, AnswerDelta delta, string? finishReason, List<CallPiece> calls)
    {
        if (job.CallsOf(delta.Index) is not { } reader) return delta.Delta.Text;
        var text = new StringBuilder();
        reader.Append(delta.Delta.Text, text, calls);
        if (finishReason is not null) reader.Finish(text);
        return text.ToString();
    }
}
