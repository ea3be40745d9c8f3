using Kantor.Core;
using Kantor.Core.Requests;
using Kantor.EventLogs.Records;
using Kantor.EventLogs.Replaying;

namespace Kantor.EventLogs.Tests.Replaying;

public sealed class LogReplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-log").FullName;

    public static TheoryData<string, int, bool> Runs()
    {
        var runs = new TheoryData<string, int, bool>();
        foreach (var policy in PolicyCatalogue.PlannerNames)
        {
            for (var run = 0; run < 4; run++) runs.Add(policy, run, run % 2 == 0);
        }

        return runs;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Law: whoever made the plans makes them again, at every moment, out of nothing but the log.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void INV_LOG_1_the_policy_of_the_log_decides_as_it_did(string policy, int run, bool caching) => TestSeed.Run(run, seed =>
    {
        var log = LoggedReplica.Record(policy, seed, File("run.jsonl"), caching);
        var result = LoggedReplica.Replay(log, policy);
        Assert.True(result.PlansOtherwise == 0, $"{string.Join("; ", result.Shown)}; {result.FirstFault}");
        Assert.Equal(log.Records.OfType<PlanRecord>().Count(), result.Plans);
        Assert.True(result.Plans > 50, $"{result.Plans} plans");
        Assert.Equal(0, result.PlansFaulty);
    });

    /// <summary>What is copied from host memory at once is in the books, so that a log with it can be replayed too.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void So_it_does_with_a_cache_in_host_memory(string policy, int run, bool caching) => TestSeed.Run(run, seed =>
    {
        var log = LoggedReplica.Record(policy, seed, File("run.jsonl"), caching, hasHost: true);
        var result = LoggedReplica.Replay(log, policy);
        Assert.True(result.PlansOtherwise == 0, $"{string.Join("; ", result.Shown)}; {result.FirstFault}");
        Assert.Equal(log.Records.OfType<PlanRecord>().Count(), result.Plans);
    });

    /// <summary>Negative control: another policy is found out, and the log stays what it was.</summary>
    [Fact]
    public void Another_policy_decides_otherwise_and_it_is_said_where()
    {
        var log = LoggedReplica.Record("fcfs", 7, File("run.jsonl.gz"));
        var result = LoggedReplica.Replay(log, "svf");
        Assert.InRange(result.PlansOtherwise, 1, result.Plans);
        Assert.NotEmpty(result.Shown);
        Assert.Equal(result.Shown.Count, Math.Min(20, result.Counts.Values.Sum()));
        Assert.All(result.Shown, difference => Assert.NotEqual(difference.Recorded, difference.Judged));
        Assert.Contains(log.Records.OfType<PlanRecord>(), plan => plan.AtUs == result.Shown[0].AtUs);
    }

    /// <summary>With too few numbers for all content the log says that it forgot, and what was done can still be done again.</summary>
    [Fact]
    public void A_recorder_that_may_know_little_says_that_it_forgets()
    {
        var log = LoggedReplica.Record("fcfs", 3, File("run.jsonl"), numbersMax: 40);
        Assert.NotEmpty(log.Records.OfType<ForgotRecord>());
    }

    [Fact]
    public void A_log_that_contradicts_itself_is_refused_with_the_time_and_the_request()
    {
        var log = LoggedReplica.Record("fcfs", 3, File("run.jsonl"));
        var end = log.Records.OfType<EndedRecord>().First();
        var twice = log with { Records = [.. log.Records, end] };
        var wrong = Assert.Throws<EventLogException>(() => LoggedReplica.Replay(twice, "fcfs"));
        Assert.Equal($"replica 0, at {end.AtUs} us: Request {end.Id} is not here.", wrong.Message);
    }

    [Fact]
    public void A_replica_that_is_not_there_or_cannot_be_replayed_is_named()
    {
        var log = LoggedReplica.Record("fcfs", 3, File("run.jsonl"));
        var options = new ReplayOptions
        {
            Planner = PolicyCatalogue.Planner("fcfs"),
            Predictor = new Kantor.Core.Prediction.ClassQuantilePredictor(),
            Retention = new Kantor.Core.Retention.LruRetention(),
        };
        Assert.Equal("replica 4 is not in the log; it has 0", Assert.Throws<EventLogException>(() => LogReplay.Run(log, 4, options)).Message);
        var other = log with { Records = [log.Replicas[0] with { NotReplayable = "it guesses" }, .. log.Records.Skip(1)] };
        Assert.Equal("replica 0 cannot be replayed: it guesses", Assert.Throws<EventLogException>(() => LogReplay.Run(other, 0, options)).Message);
    }

    /// <summary>What a log says of every request adds up: as many ends as arrivals, and the tokens of its records are those of its end.</summary>
    [Fact]
    public void Every_request_of_a_log_ends_once_with_the_tokens_that_it_generated()
    {
        var log = LoggedReplica.Record("svf", 5, File("run.jsonl"));
        var generated = new Dictionary<long, long>();
        foreach (var tokens in log.Records.OfType<TokensRecord>())
        {
            for (var at = 0; at + 1 < tokens.Of.Count; at += 2) generated[tokens.Of[at]] = generated.GetValueOrDefault(tokens.Of[at]) + tokens.Of[at + 1];
        }

        var ends = log.Records.OfType<EndedRecord>().ToList();
        Assert.Equal(log.Records.OfType<ArrivedRecord>().Select(arrived => arrived.Id).Order(), ends.Select(end => end.Id).Order());
        Assert.All(ends, end => Assert.Equal(end.Generated, generated.GetValueOrDefault(end.Id)));
        Assert.All(ends, end => Assert.True(end.Outcome is RequestOutcome.Stopped or RequestOutcome.LengthReached));
    }

    private string File(string name) => Path.Combine(_folder, name);
}
