using Kantor.Engine.Streams;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Responses;
using Kantor.Server.Endpoints;

namespace Kantor.Server.Generation;

/// <summary>Which choices of an answer have ended, and what they cost.</summary>
internal sealed class AnswerProgress(int prompts, int choices)
{
    private readonly ChoiceFinish?[] _finishes = new ChoiceFinish?[prompts * choices];
    private int _generated;

    /// <summary>Choices over all prompts.</summary>
    public int Choices => _finishes.Length;

    /// <summary>Whether every choice has ended.</summary>
    public bool IsComplete => Array.TrueForAll(_finishes, finish => finish is not null);

    /// <summary>
    /// Prompt tokens count once per prompt; cached ones are those of its first choice, which is the one that finds the cache as it was.
    /// </summary>
    public Usage Usage => new(
        FirstChoices.Sum(finish => finish.PromptTokens),
        FirstChoices.Sum(finish => finish.CachedTokens),
        _finishes.Sum(finish => finish?.GeneratedTokens ?? 0));

    private IEnumerable<ChoiceFinish> FirstChoices => _finishes.Where((finish, index) => index % choices == 0 && finish is not null)!;

    /// <summary>
    /// What the answer has cost so far: all prompts, and the tokens of every choice; what was cached is known when its first choice has
    /// ended.
    /// </summary>
    /// <param name="promptTokens">Tokens of all prompts.</param>
    public Usage RunningUsage(int promptTokens) => new(promptTokens, FirstChoices.Sum(finish => finish.CachedTokens), _generated);

    /// <summary>Notes the end of a choice; answers its finish reason, or null when the delta is not the last one of its choice.</summary>
    /// <param name="delta">The delta.</param>
    /// <param name="error">Set when the choice has no regular end.</param>
    public string? Note(AnswerDelta delta, out ApiError? error)
    {
        error = null;
        _generated += delta.Delta.Tokens;
        if (delta.Delta.Finish is not { } finish) return null;
        if (_finishes[delta.Index] is not null) throw new InvalidOperationException($"Choice {delta.Index} ended twice.");
        _finishes[delta.Index] = finish;
        var answer = OutcomeTable.Of(finish.Outcome);
        error = answer.Error is { } failure && finish.Message is { } message ? failure with { Message = message } : answer.Error;
        return answer.FinishReason;
    }

    /// <summary>Log-probabilities as the wire wants them.</summary>
    public static IReadOnlyList<LogprobEntry> Logprobs(GenerationDelta delta) => [.. delta.Logprobs.Select(Entry)];

    private static LogprobEntry Entry(TokenLogprob logprob) => new(logprob.Bytes, logprob.Logprob, [.. logprob.Top.Select(Entry)]);
}
