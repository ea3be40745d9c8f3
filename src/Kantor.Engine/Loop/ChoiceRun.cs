using Kantor.Core.Batching;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Engine.Backends;
using Kantor.Engine.Sampling;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Loop;

/// <summary>One answer while it grows. Owner: the loop thread.</summary>
internal sealed class ChoiceRun(RequestRun request, int number)
{
    private TextPipeline? _text;
    private long? _admittedUs;
    private long? _firstTokenUs;
    private long _lastTokenUs;
    private int _cachedTokens;

    public RequestRun Request => request;

    public int Number => number;

    /// <summary>Row of the scheduler; null while the choice is held, and after its end.</summary>
    public int? Row { get; set; }

    public bool HasEnded { get; private set; }

    public int GeneratedTokens { get; private set; }

    /// <summary>The choice's own random stream; set when it starts.</summary>
    public RandomStream? Random { get; private set; }

    /// <summary>What penalties ask; null when there are none.</summary>
    public TokenHistory? History { get; private set; }

    /// <summary>What the answer must be, and how far it is; null when it may be anything.</summary>
    public IConstrainedAnswer? Constrained { get; private set; }

    /// <summary>Whether the next token may end the answer.</summary>
    public bool MayEnd => !request.Request.IgnoresEnd && GeneratedTokens >= request.Request.OutputTokensMin;

    /// <summary>Gets ready for the scheduler.</summary>
    public void Start(int row, ulong seed, ITokenizer tokenizer)
    {
        var spec = request.Request;
        Row = row;
        Random = new RandomStream(seed, $"choice-{number}");
        History = Sampler.NeedsHistory(spec.Sampling) ? new TokenHistory(spec.PromptTokens) : null;
        Constrained = spec.Constraint?.Begin();
        _text = new TextPipeline(tokenizer, spec.StopTexts);
    }

    /// <summary>The choice has a place in a step; the first time, that is its admission, and what it need not compute was cached.</summary>
    public void NotePlace(in StepSlice slice, long nowUs)
    {
        if (_admittedUs is not null) return;
        _admittedUs = nowUs;
        _cachedTokens = slice.FromToken;
    }

    /// <summary>Books a token. The outcome is null when the choice goes on, and the text is not yet complete when it does not.</summary>
    public RequestOutcome? Take(
        in ChosenToken chosen, ITokenizer tokenizer, long nowUs, IEngineObserver observer, out GenerationDelta delta)
    {
        var text = _text?.Append(chosen.Token, looksForStops: GeneratedTokens >= request.Request.OutputTokensMin) ?? "";
        if (_firstTokenUs is null) observer.FirstToken(nowUs - request.ArrivalUs);
        else observer.NextToken(nowUs - _lastTokenUs);
        _firstTokenUs ??= nowUs;
        _lastTokenUs = nowUs;
        GeneratedTokens++;
        History?.Add(chosen.Token);
        delta = new GenerationDelta
        {
            Choice = number,
            Text = text,
            Tokens = 1,
            Logprobs = chosen.Logprob is { } logprob ? [logprob] : [],
        };
        if (tokenizer.IsEndOfGeneration(chosen.Token) || _text is { HasStopped: true }) return RequestOutcome.Stopped;
        if (Constrained is { IsComplete: true }) return RequestOutcome.Stopped;
        return GeneratedTokens == request.Request.OutputTokensMax ? RequestOutcome.LengthReached : null;
    }

    /// <summary>The choice's last delta: <paramref name="last"/>, or an empty one, with the held-back text and the finish.</summary>
    /// <exception cref="InvalidOperationException">It has ended before.</exception>
    public GenerationDelta End(RequestOutcome outcome, GenerationDelta? last, int preemptions, long nowUs, string? message)
    {
        if (HasEnded) throw new InvalidOperationException($"Choice {number} ends twice, now with {outcome}.");
        HasEnded = true;
        Row = null;
        last ??= new GenerationDelta { Choice = number, Text = "", Tokens = 0 };
        return last with
        {
            Text = last.Text + _text?.Finish(),
            Finish = new ChoiceFinish(
                outcome,
                request.Request.PromptTokens.Length,
                _cachedTokens,
                GeneratedTokens,
                _admittedUs - request.ArrivalUs,
                _firstTokenUs - request.ArrivalUs,
                nowUs - request.ArrivalUs,
                preemptions,
                message,
                _text?.StopText),
        };
    }
}

/// <summary>A token that was sampled, with its log-probability when the request asked for it.</summary>
internal readonly record struct ChosenToken(int Token, TokenLogprob? Logprob);
