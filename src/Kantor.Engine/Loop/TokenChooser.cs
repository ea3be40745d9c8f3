using System.Buffers;
using Kantor.Engine.Backends;
using Kantor.Engine.Sampling;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Loop;

/// <summary>From a row of logits to a choice's next token.</summary>
internal sealed class TokenChooser(ITokenizer tokenizer, int vocabularySize, int[] endTokens)
{
    private readonly Sampler _sampler = new(vocabularySize);
    private readonly Logprobs _logprobs = new(vocabularySize);
    private readonly ArrayBufferWriter<byte> _bytes = new(16);

    /// <summary>The tokens that end an answer.</summary>
    public static int[] EndTokensOf(ITokenizer tokenizer, int vocabularySize) =>
        [.. Enumerable.Range(0, vocabularySize).Where(tokenizer.IsEndOfGeneration)];

    /// <summary>The token, or what is wrong, fit to be shown to the caller. Overwrites the logits.</summary>
    public string? Choose(ChoiceRun choice, Span<float> logits, out ChosenToken chosen)
    {
        chosen = default;
        var spec = choice.Request.Request;
        var alternatives = spec.TopLogprobs is { } count && _logprobs.Read(logits, count) ? DescribeAlternatives() : null;
        if (!choice.MayEnd)
        {
            foreach (var end in endTokens) logits[end] = float.NegativeInfinity;
        }

        if (choice.Constrained is { } constrained && Mask(constrained, logits) is { } reason) return reason;
        var fault = _sampler.Sample(logits, spec.Sampling, choice.History, choice.Random!, out var token);
        if (fault == SampleFault.NotANumber) return "The model gave a value that is not a number.";
        if (fault == SampleFault.NothingAllowed) return NothingAllowed(choice);
        chosen = new ChosenToken(token, alternatives is null ? null : Describe(token, alternatives));
        return choice.Constrained is { } followed ? Follow(followed, token) : null;
    }

    private static string? Mask(IConstrainedAnswer answer, Span<float> logits)
    {
        try
        {
            answer.Mask(logits);
            return null;
        }
        catch (InvalidOperationException beyond)
        {
            return TooHard(beyond);
        }
    }

    private static string? Follow(IConstrainedAnswer answer, int token)
    {
        try
        {
            answer.Take(token);
            return null;
        }
        catch (InvalidOperationException beyond)
        {
            return TooHard(beyond);
        }
    }

    private static string TooHard(InvalidOperationException beyond) =>
        $"What the answer must be cannot be followed any further: {beyond.Message}";

    private static string NothingAllowed(ChoiceRun choice) => choice.Constrained is null
        ? "The logit bias leaves no token to choose from."
        : "What the answer must be and the logit bias leave no token to choose from.";

    private TokenLogprob[] DescribeAlternatives()
    {
        var alternatives = new TokenLogprob[_logprobs.Count];
        for (var index = 0; index < alternatives.Length; index++) alternatives[index] = Describe(_logprobs.Alternative(index), []);
        return alternatives;
    }

    private TokenLogprob Describe(int token, IReadOnlyList<TokenLogprob> top)
    {
        _bytes.ResetWrittenCount();
        tokenizer.Decode(token, _bytes);
        return new TokenLogprob(token, _bytes.WrittenSpan.ToArray(), _logprobs.Of(token), top);
    }
}
