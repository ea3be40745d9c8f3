using Kantor.Core.Requests;
using Kantor.Engine.Streams;

namespace Kantor.Server.Endpoints;

/// <summary>An answer while it comes. Disposing it before its end gives the request up; after the end that does nothing.</summary>
public abstract class EndpointAnswer : IAsyncDisposable
{
    /// <summary>Ends everything that has not ended; may be called often and from any thread.</summary>
    public abstract void Cancel();

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        Cancel();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Answers of a model in this process: text, which the server writes in the format of the client's route.</summary>
public abstract class GrowingAnswer : EndpointAnswer
{
    /// <summary>All deltas, those of one choice in order; every choice ends with exactly one that carries its finish. One reader.</summary>
    public abstract IAsyncEnumerable<AnswerDelta> ReadAllAsync(CancellationToken cancellation);
}

/// <summary>A delta of one of the choices of one of the prompts.</summary>
/// <param name="Prompt">Number of the prompt, from 0.</param>
/// <param name="Index">Number of the choice over all prompts, from 0.</param>
/// <param name="Delta">What it gained.</param>
public readonly record struct AnswerDelta(int Prompt, int Index, GenerationDelta Delta);

/// <summary>The answer of a server elsewhere: its bytes, passed on as they are.</summary>
public abstract class RelayedAnswer : EndpointAnswer
{
    /// <summary>HTTP status.</summary>
    public abstract int Status { get; }

    /// <summary>Media type of the bytes.</summary>
    public abstract string ContentType { get; }

    /// <summary>The body as it comes; one reader. The last piece says how the request ended.</summary>
    /// <exception cref="IOException">The connection was lost before the end.</exception>
    public abstract IAsyncEnumerable<RelayedPiece> ReadAllAsync(CancellationToken cancellation);
}

/// <summary>A piece of an answer from elsewhere.</summary>
/// <param name="Bytes">What to pass on; valid until the next piece is asked for.</param>
/// <param name="Tokens">Tokens in it, as far as they can be counted from outside; null where they cannot.</param>
/// <param name="End">How the request ended; null for all but the last piece.</param>
public readonly record struct RelayedPiece(ReadOnlyMemory<byte> Bytes, int? Tokens = null, RequestOutcome? End = null);
