using Kantor.Core.Randomness;
using Kantor.Workloads.Generators;

namespace Kantor.Cli.Bench;

/// <summary>One request as it is to be sent.</summary>
/// <param name="Number">Place in the run, from 0.</param>
/// <param name="StartUs">When it is to start, from the start of the run; null in a closed loop.</param>
/// <param name="Prompt">Token ids.</param>
/// <param name="OutputTokensMax">Most tokens of its answer.</param>
internal sealed record PlannedRequest(int Number, long? StartUs, int[] Prompt, int OutputTokensMax)
{
    /// <summary>Tokens at the end of the prompt that it has and the turn before had not; all of them in a first turn.</summary>
    public int NewTokens { get; init; } = Prompt.Length;

    /// <summary>Its session among those of its lane.</summary>
    public int Session { get; init; }

    /// <summary>Microseconds after the end of the turn before at which it is to start; 0 in a first turn.</summary>
    public long ThinkUs { get; init; }

    /// <summary>Its class, among those of the load; null when there are none.</summary>
    public BenchClass? Class { get; init; }

    /// <summary>Whether it goes on from no other.</summary>
    public bool IsFirstTurn => NewTokens == Prompt.Length;
}

/// <summary>All requests of a run: a function of the load alone, made one ahead of the clock.</summary>
internal static class RequestPlan
{
    /// <summary>The requests of an open loop, in order of their starts.</summary>
    public static IEnumerable<PlannedRequest> OfOpenLoop(BenchLoad load, double ratePerS)
    {
        foreach (var (planned, startUs) in OfLane(load, 0, 1).Zip(StartsUs(load, ratePerS)))
        {
            if (startUs > load.Duration?.TotalMicroseconds) yield break;
            yield return planned with { StartUs = (long)startUs };
        }
    }

    /// <summary>Starts without end. With phases the rate is the mean over both, so that equal rates are equal loads.</summary>
    private static IEnumerable<double> StartsUs(BenchLoad load, double ratePerS) => load switch
    {
        { PhasesS: var (onS, offS) } => new OnOffArrivals(ratePerS * (onS + offS) / onS, 0, onS, offS).TimesUs(Stream(load, "starts", 0)),
        { IsPoisson: true } => new PoissonArrivals(ratePerS).TimesUs(Stream(load, "starts", 0)),
        _ => Enumerable.Range(1, int.MaxValue).Select(number => number * 1e6 / ratePerS),
    };

    /// <summary>The requests of one of so many lanes, each of which is sent when the one before has been answered.</summary>
    public static IEnumerable<PlannedRequest> OfLane(BenchLoad load, int lane, int lanes)
    {
        var (lengths, texts) = (Stream(load, "lengths", lane), Stream(load, "texts", lane));
        var (thoughts, classes) = (Stream(load, "thoughts", lane), Stream(load, "classes", lane));
        var sessions = NewSessions(load);
        for (var (number, place) = (lane, 0); number < load.Requests; number += lanes, place++)
        {
            var session = sessions[place % load.Sessions];
            if (place / load.Sessions % load.Turns == 0) session.Clear();
            var tokens = Ask(session, load, number, lengths, texts);
            yield return new PlannedRequest(number, null, [.. session], load.OutputTokens.At(lengths.NextDouble()))
            {
                NewTokens = tokens,
                Session = place % load.Sessions,
                ThinkUs = session.Count == tokens ? 0 : Thought(load, thoughts),
                Class = ClassAt(load.Classes, classes.NextDouble()),
            };
        }
    }

    /// <summary>Adds the tokens of a turn to a session, and returns their number.</summary>
    private static int Ask(List<int> session, BenchLoad load, int number, RandomStream lengths, RandomStream texts)
    {
        var isLong = load.LongEvery is { } every && number % every == every / 2;
        var tokens = isLong ? load.LongTokens : load.PromptTokens.At(lengths.NextDouble());
        for (var token = 0; token < tokens; token++) session.Add(load.TokenIds.At(texts.NextDouble()));
        return tokens;
    }

    /// <summary>The class at a place between 0 and 1, where each takes its share; null when there are none.</summary>
    public static BenchClass? ClassAt(IReadOnlyList<BenchClass> classes, double place)
    {
        var left = place * classes.Sum(each => each.Share);
        foreach (var each in classes)
        {
            if (left < each.Share) return each;
            left -= each.Share;
        }

        return classes.Count == 0 ? null : classes[^1];
    }

    private static List<int>[] NewSessions(BenchLoad load) => [.. Enumerable.Range(0, load.Sessions).Select(_ => new List<int>())];

    private static long Thought(BenchLoad load, RandomStream thoughts) =>
        load.ThinkUs is var (first, last) ? first + (long)(thoughts.NextDouble() * (last - first)) : 0;

    private static RandomStream Stream(BenchLoad load, string name, int lane) => new(load.Seed, $"bench {name} {lane}");
}
