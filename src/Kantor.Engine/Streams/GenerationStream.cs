using Kantor.Core.Requests;

namespace Kantor.Engine.Streams;

/// <summary>The answers to one request while they grow. One reader.</summary>
/// <remarks>
/// The engine writes into a bounded channel and never waits: when the reader falls behind, deltas of a choice are merged, and a reader that
/// takes nothing for the stall timeout ends the request with <see cref="RequestOutcome.ReaderStalled"/>. Disposing before the end cancels
/// the request, which frees its KV within one step; disposing after the end does nothing.
/// </remarks>
public abstract class GenerationStream : IAsyncDisposable
{
    /// <summary>Deltas in order; completes after every choice has finished.</summary>
    public abstract IAsyncEnumerable<GenerationDelta> ReadAllAsync(CancellationToken cancellation = default);

    /// <summary>Ends all unfinished choices with <see cref="RequestOutcome.Cancelled"/>; may be called often and from any thread.</summary>
    public abstract void Cancel();

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        Cancel();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}

/// <summary>What a choice gained.</summary>
public sealed record GenerationDelta
{
    /// <summary>Number of the choice, from 0.</summary>
    public required int Choice { get; init; }

    /// <summary>Whole characters; may be empty while a character or a possible stop text is incomplete.</summary>
    public required string Text { get; init; }

    /// <summary>Tokens generated since the previous delta of this choice.</summary>
    public required int Tokens { get; init; }

    /// <summary>One entry per token, when asked for.</summary>
    public IReadOnlyList<TokenLogprob> Logprobs { get; init; } = [];

    /// <summary>Set on the last delta of the choice, and only there.</summary>
    public ChoiceFinish? Finish { get; init; }
}

/// <summary>How a choice ended and what it cost.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="PromptTokens">Prompt tokens.</param>
/// <param name="CachedTokens">Prompt tokens found in the prefix cache when the request was first admitted.</param>
/// <param name="GeneratedTokens">Tokens generated, an end token included.</param>
/// <param name="QueueUs">Arrival to first admission; null when never admitted.</param>
/// <param name="TtftUs">Arrival to first token; null when there was none.</param>
/// <param name="TotalUs">Arrival to end.</param>
/// <param name="Preemptions">How often it was preempted.</param>
/// <param name="Message">For failures, what went wrong, fit to be shown to the caller.</param>
/// <param name="StopText">The stop text that ended it; null when none did.</param>
public sealed record ChoiceFinish(
    RequestOutcome Outcome,
    int PromptTokens,
    int CachedTokens,
    int GeneratedTokens,
    long? QueueUs,
    long? TtftUs,
    long TotalUs,
    int Preemptions,
    string? Message = null,
    string? StopText = null);

/// <summary>A token with its log-probability under the model, before temperature and cut-offs.</summary>
/// <param name="Token">Token id.</param>
/// <param name="Bytes">Its bytes, possibly a part of a character.</param>
/// <param name="Logprob">Natural logarithm, finite; −9999 stands for less than that, as in OpenAI's API.</param>
/// <param name="Top">Most likely alternatives, best first.</param>
public sealed record TokenLogprob(int Token, byte[] Bytes, double Logprob, IReadOnlyList<TokenLogprob> Top);
