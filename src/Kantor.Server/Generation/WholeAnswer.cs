using System.Text;
using Kantor.Core.Requests;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Responses;
using Kantor.OpenAi.Tools;
using Kantor.Server.Endpoints;
using Kantor.Server.Http;

namespace Kantor.Server.Generation;

/// <summary>
/// Waits for every choice and sends the answer in one piece. A choice without a regular end makes the whole answer an error.
/// </summary>
internal static class WholeAnswer
{
    public static async Task SendAsync(AnswerJob job)
    {
        var choices = await GatherAsync(job);
        job.Http.Response.ContentType = JsonBody.ContentType;
        job.Format.WriteWhole(job.Http.Response.BodyWriter, choices, job.Progress.Usage);
        await job.FlushAsync();
    }

    private static async Task<AnswerChoice[]> GatherAsync(AnswerJob job)
    {
        var parts = Enumerable.Range(0, job.Progress.Choices).Select(index => new Part(index, job.Fields.TopLogprobs is not null))
            .ToArray();
        try
        {
            await foreach (var delta in job.Answer.ReadAllAsync(job.Stop))
            {
                parts[delta.Index].Add(delta);
                var reason = job.Progress.Note(delta, out var error);
                if (error is not null) throw new ApiErrorException(error);
                parts[delta.Index].FinishReason ??= reason;
                parts[delta.Index].StopText ??= delta.Delta.Finish?.StopText;
            }
        }
        catch (OperationCanceledException) when (job.IsCutByServer)
        {
            throw new ApiErrorException(OutcomeTable.Of(RequestOutcome.ShutDown).Error!);
        }

        return job.Progress.IsComplete
            ? [.. parts.Select(part => part.ToChoice(job))]
            : throw new InvalidOperationException("The engine's stream ended before every choice had.");
    }

    private sealed class Part(int index, bool withLogprobs)
    {
        private readonly StringBuilder _text = new();
        private readonly List<LogprobEntry>? _logprobs = withLogprobs ? [] : null;

        public string? FinishReason { get; set; }

        public string? StopText { get; set; }

        public void Add(AnswerDelta delta)
        {
            _text.Append(delta.Delta.Text);
            _logprobs?.AddRange(AnswerProgress.Logprobs(delta.Delta));
        }

        public AnswerChoice ToChoice(AnswerJob job)
        {
            if (job.CallsOf(index) is not { } reader)
            {
                return new AnswerChoice(index, _text.ToString(), FinishReason!, _logprobs) { StopText = StopText };
            }

            var (text, calls) = (new StringBuilder(), new List<CallPiece>());
            reader.Append(_text.ToString(), text, calls);
            reader.Finish(text);
            return new AnswerChoice(index, text.ToString(), job.ReasonOf(index, FinishReason)!, _logprobs)
            {
                Calls = Whole(calls),
                StopText = StopText,
            };
        }

        private static ToolCall[] Whole(List<CallPiece> pieces) =>
        [
            .. pieces.GroupBy(piece => piece.Index).Select(call => new ToolCall(
                call.First().Id!, call.First().Name!, string.Concat(call.Select(piece => piece.Arguments)))),
        ];
    }
}
