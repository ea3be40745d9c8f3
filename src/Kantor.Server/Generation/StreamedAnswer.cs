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
        var events = job.Format.Events(job.Http.Response.BodyWriter);
        var error = await SendChoicesAsync(job, events);
        if (error is null)
        {
            if (job.Fields.IncludeUsage) events.Totals(job.Progress.Usage);
            events.Done();
        }
        else
        {
            job.Server.Log.StreamFailed(job.Head.Id, error.Code);
            events.Error(error);
        }

        await job.FlushAsync();
    }

    /// <summary>Sends deltas until every choice has ended; answers the error that ended the stream before.</summary>
    private static async Task<ApiError?> SendChoicesAsync(AnswerJob job, IAnswerEvents events)
    {
        try
        {
            await foreach (var delta in job.Answer.ReadAllAsync(job.Stop))
            {
                var reason = job.Progress.Note(delta, out var error);
                if (error is not null) return InStream(job, error);
                if (!job.Http.Response.HasStarted) Begin(job, events);
                if (job.Fields.ContinuousUsage) job.Format.RunningUsage = job.Progress.RunningUsage(job.PromptTokens);
                Write(job, events, delta, reason);
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

    private static void Begin(AnswerJob job, IAnswerEvents events)
    {
        var response = job.Http.Response;
        response.ContentType = SseWriter.ContentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        events.Begin(job.Progress.Choices, job.Progress.RunningUsage(job.PromptTokens));
    }

    private static void Write(AnswerJob job, IAnswerEvents events, AnswerDelta delta, string? finishReason)
    {
        var logprobs = job.Fields.TopLogprobs is null ? null : AnswerProgress.Logprobs(delta.Delta);
        List<CallPiece> calls = [];
        var text = TextOf(job, delta, finishReason, calls);
        if (text.Length > 0 || logprobs is { Count: > 0 }) events.Piece(delta.Index, text, logprobs);
        foreach (var call in calls) events.Call(delta.Index, call);
        if (job.ReasonOf(delta.Index, finishReason) is { } reason) events.Ending(
            delta.Index, new EndReason(reason, delta.Delta.Finish?.StopText));
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
