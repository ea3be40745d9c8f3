using System.Globalization;
using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Generators;

/// <summary>Draws a trace of sessions from a <see cref="SessionSpec"/>. Each session has random streams of its own number.</summary>
public static class SessionGenerator
{
    private const int TokensPerBlock = MooncakeFormat.TokensPerBlockId;

    /// <summary>
    /// The trace of a seed, in order of arrival: equal spec and seed, equal trace. Shorter than asked where the starts end.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The spec is out of range.</exception>
    public static IReadOnlyList<TraceRequest> Draw(SessionSpec spec, ulong seed)
    {
        spec.Validate();
        var ids = new BlockIds();
        var prefixes = spec.Prefixes is { } families ? new PrefixDraw(families, new RandomStream(seed, "prefixes"), ids) : null;
        var waiting = new PriorityQueue<IEnumerator<TraceRequest>, (long, int)>();
        var trace = new List<TraceRequest>(spec.Requests);
        var session = 0;
        foreach (var startUs in spec.Starts.TimesUs(new RandomStream(seed, "session-starts")))
        {
            TakeUntil((long)startUs);
            if (trace.Count >= spec.Requests) break;
            Advance(
                Turns(
                    spec,
                    new RandomStream(seed, string.Create(CultureInfo.InvariantCulture, $"session {session}")),
                    session,
                    (long)startUs,
                    prefixes,
                    ids),
                session++);
        }

        TakeUntil(long.MaxValue);
        return trace;

        void TakeUntil(long untilUs)
        {
            while (trace.Count < spec.Requests && waiting.TryPeek(out var next, out var key) && key.Item1 <= untilUs)
            {
                waiting.Dequeue();
                trace.Add(next.Current);
                Advance(next, key.Item2);
            }
        }

        void Advance(IEnumerator<TraceRequest> turns, int number)
        {
            if (turns.MoveNext()) waiting.Enqueue(turns, (turns.Current.ArrivalUs, number));
        }
    }

    private static IEnumerator<TraceRequest> Turns(
        SessionSpec spec, RandomStream random, int session, long atUs, PrefixDraw? prefixes, BlockIds ids)
    {
        var history = new List<int>();
        var prompt = Math.Min(spec.FirstPrompt.Draw(random), spec.PromptTokensMax);
        if (prefixes?.NextPrefix() is { } prefix) history.AddRange(prefix.Take((prompt - 1) / TokensPerBlock));
        var name = string.Create(CultureInfo.InvariantCulture, $"session-{session}");
        TraceTurn place = new() { SessionId = name, Turn = 0, Cause = TurnCause.Human };
        while (true)
        {
            var output = spec.OutputLength.Draw(random);
            yield return new TraceRequest(atUs, prompt, output, BlocksOf(prompt, history, ids), TokensPerBlock) { Turn = place };
            prompt += output + spec.NewPrompt.Draw(random);
            if (random.NextDouble() * spec.TurnsMean < 1 || prompt > spec.PromptTokensMax) yield break;
            var cause = random.NextDouble() < spec.ToolShare ? TurnCause.Tool : TurnCause.Human;
            var thinkUs = (cause == TurnCause.Tool ? spec.ToolThink : spec.HumanThink).DrawUs(random);
            atUs += (long)Math.Round(output / spec.OutputTokensPerS * 1e6) + thinkUs;
            place = new TraceTurn { SessionId = name, Turn = place.Turn + 1, ThinkUs = thinkUs, Cause = cause };
        }
    }

    /// <summary>Full blocks are those of the turns before as far as they go; a last block that is not full is new each time.</summary>
    private static int[] BlocksOf(int prompt, List<int> history, BlockIds ids)
    {
        while (history.Count < prompt / TokensPerBlock) history.Add(ids.Next());
        var full = history.Take(prompt / TokensPerBlock);
        return prompt % TokensPerBlock == 0 ? [.. full] : [.. full, ids.Next()];
    }
}
