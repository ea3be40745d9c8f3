using System.Buffers;
using Kantor.OpenAi.Errors;

namespace Kantor.OpenAi.Responses;

/// <summary>
/// Frames an answer as server-sent events: <c>data: {json}</c> and a blank line each, at the end <c>data: [DONE]</c>. What is inside is
/// always JSON on one line, so no text of a model can forge an event or the end.
/// </summary>
/// <param name="to">Where the bytes go; flushing is the caller's.</param>
/// <param name="answer">Writes the JSON.</param>
public sealed class SseWriter(IBufferWriter<byte> to, AnswerWriter answer) : IAnswerEvents
{
    /// <summary>Media type of the stream.</summary>
    public const string ContentType = "text/event-stream; charset=utf-8";

    /// <summary>The events that begin the choices, if their format has them.</summary>
    public void Begin(int choices, Usage soFar)
    {
        for (var choice = 0; answer.HasOpening && choice < choices; choice++)
        {
            BeginEvent();
            answer.WriteOpening(to, choice);
            EndEvent();
        }
    }

    /// <summary>An event with text.</summary>
    public void Piece(int choice, string text, IReadOnlyList<LogprobEntry>? logprobs)
    {
        BeginEvent();
        answer.WritePiece(to, choice, text, logprobs);
        EndEvent();
    }

    /// <summary>An event with a part of a call.</summary>
    public void Call(int choice, CallPiece piece)
    {
        BeginEvent();
        answer.WriteCall(to, choice, piece);
        EndEvent();
    }

    /// <summary>The event that ends a choice.</summary>
    public void Ending(int choice, EndReason reason)
    {
        BeginEvent();
        answer.WriteEnding(to, choice, reason.Name);
        EndEvent();
    }

    /// <summary>The event with usage figures.</summary>
    public void Totals(Usage usage)
    {
        BeginEvent();
        answer.WriteTotals(to, usage);
        EndEvent();
    }

    /// <summary>An event with an error; nothing may follow it, so that a client does not take the answer for complete.</summary>
    public void Error(ApiError error)
    {
        BeginEvent();
        error.WriteTo(to);
        EndEvent();
    }

    /// <summary>The end of a complete answer.</summary>
    public void Done() => to.Write("data: [DONE]\n\n"u8);

    private void BeginEvent() => to.Write("data: "u8);

    private void EndEvent() => to.Write("\n\n"u8);
}
