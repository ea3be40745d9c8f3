using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Tests.Generators;

public class SessionGeneratorTests
{
    private static readonly SessionSpec Spec = SessionSpec.Chat(20_000, 1) with { PromptTokensMax = 10_000_000, Prefixes = null };

    [Fact]
    public void A_turn_begins_with_the_full_blocks_of_the_turn_before_and_sessions_share_nothing()
    {
        var sessions = SessionGenerator.Draw(Spec with { Requests = 2000 }, 1).GroupBy(request => request.Turn!.SessionId).ToArray();
        foreach (var turns in sessions.Select(session => session.ToArray()))
        {
            Assert.Equal(Enumerable.Range(0, turns.Length), turns.Select(request => request.Turn!.Turn));
            foreach (var (before, after) in turns.Zip(turns.Skip(1)))
            {
                Assert.True(after.PromptTokens > before.PromptTokens + before.OutputTokens);
                Assert.Equal(before.BlockIds[..(before.PromptTokens / 512)], after.BlockIds[..(before.PromptTokens / 512)]);
                Assert.Equal(((after.PromptTokens - 1) / 512) + 1, after.BlockIds.Length);
            }
        }

        var ids = sessions.Select(session => session.SelectMany(request => request.BlockIds).ToHashSet()).ToArray();
        Assert.Equal(ids.Sum(set => set.Count), ids.SelectMany(set => set).Distinct().Count());
    }

    [Fact]
    public void Turns_starts_and_think_times_have_the_statistics_of_their_laws()
    {
        var trace = SessionGenerator.Draw(Spec with { ToolShare = 0.7 }, 2);
        Assert.Equal(trace.OrderBy(request => request.ArrivalUs).Select(request => request.ArrivalUs), trace.Select(request => request.ArrivalUs));
        Assert.InRange(trace.GroupBy(request => request.Turn!.SessionId).Average(session => session.Count()), 3.8, 4.2);
        var later = trace.Where(request => request.Turn!.Turn > 0).ToArray();
        Assert.InRange(later.Count(request => request.Turn!.Cause == TurnCause.Tool) / (double)later.Length, 0.68, 0.72);
        Assert.InRange(MedianS(later, TurnCause.Tool), 4.7, 5.3);
        Assert.InRange(MedianS(later, TurnCause.Human), 28, 32);
        // Four requests a session, one session a second.
        Assert.InRange(trace[^1].ArrivalUs / 1e6, 4700, 5500);
    }

    [Fact]
    public void A_turn_comes_after_the_assumed_answer_and_the_think_time()
    {
        var turns = SessionGenerator.Draw(Spec with { Requests = 500, OutputTokensPerS = 10 }, 1).GroupBy(request => request.Turn!.SessionId).Select(session => session.ToArray());
        foreach (var (before, after) in turns.SelectMany(session => session.Zip(session.Skip(1))))
        {
            Assert.Equal((before.OutputTokens * 100_000L) + after.Turn!.ThinkUs!.Value, after.ArrivalUs - before.ArrivalUs);
        }
    }

    [Fact]
    public void Families_share_their_first_blocks_across_sessions_and_prompts_stay_within_the_limit()
    {
        var trace = SessionGenerator.Draw(SessionSpec.Agents(3000, 0.05), 1);
        Assert.Equal(3000, trace.Count);
        Assert.InRange(trace.Max(request => request.PromptTokens), 100_000, 200_000);
        Assert.InRange(trace.Select(request => request.BlockIds[0]).Distinct().Count(), 2, 8);
        var reuse = TraceStatistics.Of(trace).Reuse!;
        Assert.InRange((double)reuse.PrefixBlocksSeenBefore / reuse.Blocks, 0.85, 0.99);
    }

    [Fact]
    public void Equal_seeds_give_equal_traces_and_what_is_out_of_range_is_refused()
    {
        static string Text(IReadOnlyList<TraceRequest> trace) => string.Join(';', trace.Select(request => $"{request.ArrivalUs} {request.PromptTokens} {request.OutputTokens} {string.Join(',', request.BlockIds)} {request.Turn}"));
        Assert.Equal(Text(SessionGenerator.Draw(SessionSpec.Chat(50, 1), 4)), Text(SessionGenerator.Draw(SessionSpec.Chat(50, 1), 4)));
        Assert.NotEqual(Text(SessionGenerator.Draw(SessionSpec.Chat(50, 1), 4)), Text(SessionGenerator.Draw(SessionSpec.Chat(50, 1), 5)));
        SessionSpec[] wrong =
        [
            Spec with { Requests = 0 }, Spec with { TurnsMean = 0.5 }, Spec with { ToolShare = 1.1 }, Spec with { OutputTokensPerS = 0 },
            Spec with { Starts = new ArrivalsAtOnce() }, Spec with { Starts = new PoissonArrivals(0) }, Spec with { PromptTokensMax = 0 }, Spec with { Prefixes = new PrefixFamilies(0, 1, 1) },
        ];
        Assert.All(wrong, spec => Assert.Throws<ArgumentOutOfRangeException>(() => SessionGenerator.Draw(spec, 1)));
    }

    private static double MedianS(TraceRequest[] turns, TurnCause cause) =>
        TraceStatistics.Of(turns).Sessions is { } sessions ? (cause == TurnCause.Tool ? sessions.ToolThinkMs! : sessions.HumanThinkMs!).P50 / 1000.0 : 0;
}
