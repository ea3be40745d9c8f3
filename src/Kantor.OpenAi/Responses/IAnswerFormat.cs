using System.Buffers;
using Kantor.OpenAi.Errors;

namespace Kantor.OpenAi.Responses;

/// <summary>How the answer to one request is written. One per answer; not thread-safe.</summary>
public interface IAnswerFormat : IDisposable
{
    /// <summary>Usage that the next events carry, where every event is to carry it; null for none.</summary>
    Usage? RunningUsage { get; set; }

    /// <summary>The whole answer.</summary>
    void WriteWhole(IBufferWriter<byte> to, IReadOnlyList<AnswerChoice> choices, Usage usage);

    /// <summary>The answer as server-sent events; flushing is the caller's.</summary>
    IAnswerEvents Events(IBufferWriter<byte> to);
}

/// <summary>An answer as events, in the order in which it grows.</summary>
public interface IAnswerEvents
{
    /// <summary>The answer begins.</summary>
    /// <param name="choices">How many choices it will have.</param>
    /// <param name="soFar">What it has cost: its prompts.</param>
    void Begin(int choices, Usage soFar);

    /// <summary>More text.</summary>
    void Piece(int choice, string text, IReadOnlyList<LogprobEntry>? logprobs);

    /// <summary>A part of a call.</summary>
    void Call(int choice, CallPiece piece);

    /// <summary>A choice ends.</summary>
    void Ending(int choice, EndReason reason);

    /// <summary>What the whole answer cost.</summary>
    void Totals(Usage usage);

    /// <summary>An error; nothing may follow it, so that a client does not take the answer for complete.</summary>
    void Error(ApiError error);

    /// <summary>The end of a complete answer.</summary>
    void Done();
}

/// <summary>Why a choice ended.</summary>
/// <param name="Name">As OpenAI names it: stop, length or tool_calls.</param>
/// <param name="StopText">The text asked for that ended it; null when none did.</param>
public readonly record struct EndReason(string Name, string? StopText);
