using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests;

/// <summary>Compares answers with what the same requests give alone.</summary>
internal static class Undisturbed
{
    /// <summary>Every choice that ended by itself is the same as alone, and one that was ended is the same as far as it came.</summary>
    public static void AssertLike(GenerationRequest request, Answer answer, ScriptedBackendOptions backend)
    {
        var alone = EngineBench.Alone(request, backend);
        for (var choice = 0; choice < request.Choices; choice++) AssertSame(request, alone, answer, choice);
    }

    private static void AssertSame(GenerationRequest request, Answer alone, Answer answer, int choice)
    {
        if (answer.FinishOf(choice).Outcome is not (RequestOutcome.Stopped or RequestOutcome.LengthReached))
        {
            var text = WithoutHeldBack(request, answer.TextOf(choice).TrimEnd('\uFFFD'));
            Assert.StartsWith(text, alone.TextOf(choice), StringComparison.Ordinal);
            return;
        }

        Assert.Equal(alone.TextOf(choice), answer.TextOf(choice));
        Assert.Equal(alone.FinishOf(choice).Outcome, answer.FinishOf(choice).Outcome);
        Assert.Equal(alone.FinishOf(choice).GeneratedTokens, answer.FinishOf(choice).GeneratedTokens);
    }

    /// <summary>
    /// What was held back because a stop text may begin with it is there when the request is cancelled, and is not when the stop text came.
    /// </summary>
    private static string WithoutHeldBack(GenerationRequest request, string text)
    {
        var held = request.StopTexts
            .SelectMany(stop => Enumerable.Range(1, stop.Length - 1).Select(length => stop[..length]))
            .Where(begin => text.EndsWith(begin, StringComparison.Ordinal))
            .Select(begin => begin.Length);
        return text[..^held.DefaultIfEmpty(0).Max()];
    }
}
