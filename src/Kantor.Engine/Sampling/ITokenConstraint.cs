namespace Kantor.Engine.Sampling;

/// <summary>What an answer may be: a language. Immutable and shared by all requests that ask for it; any thread.</summary>
public interface ITokenConstraint
{
    /// <summary>Begins an answer.</summary>
    IConstrainedAnswer Begin();
}

/// <summary>
/// One answer while it grows under a constraint. Owner: one thread at a time. Every member but <see cref="IsComplete"/> may throw
/// <see cref="InvalidOperationException"/> when the constraint turns out to need more than it may; that ends this answer alone.
/// </summary>
public interface IConstrainedAnswer
{
    /// <summary>Whether the answer is whole and nothing may follow.</summary>
    bool IsComplete { get; }

    /// <summary>
    /// Sets the logits of all tokens that may not come next to −∞; tokens that end the answer may come where it is whole.
    /// </summary>
    void Mask(Span<float> logits);

    /// <summary>A token was chosen.</summary>
    void Take(int token);
}
