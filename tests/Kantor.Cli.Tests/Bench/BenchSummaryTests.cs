using Kantor.Cli.Bench;
using Kantor.Core.Objectives;
using Kantor.Core.Randomness;

namespace Kantor.Cli.Tests.Bench;

public class BenchSummaryTests
{
    [Fact]
    public void Figures_are_what_a_naive_count_gives() => TestSeed.Each(20, seed =>
    {
        var random = new RandomStream(seed, "records");
        var records = Enumerable.Range(0, 1 + random.NextInt(60)).Select(number => NewRecord(number, random)).ToArray();
        var slo = new SloSpec { TtftUsMax = 500_000, GapUsMax = 200_000 };
        var summary = BenchSummary.Of(records, slo);
        var whole = records.Where(record => record.Fault is null).ToArray();
        Assert.Equal((records.Length, whole.Length), (summary.Requests, summary.Completed));
        Assert.Equal(records.Sum(record => record.TokensUs.Count), summary.OutputTokens);
        Assert.Equal(
            whole.Count(record => record.TokensUs.FirstOrDefault(record.EndUs) - record.StartUs <= 500_000
                && Enumerable.Range(1, Math.Max(0, record.TokensUs.Count - 1)).All(at => record.TokensUs[at] - record.TokensUs[at - 1] <= 200_000)),
            summary.InObjective);
        Assert.Equal(records.Count(record => record.Fault == "HTTP 429"), summary.Faults.GetValueOrDefault("HTTP 429"));
        var firsts = whole.Select(record => record.TokensUs.FirstOrDefault(record.EndUs) - record.StartUs).Order().ToArray();
        if (firsts.Length > 0) Assert.Equal((firsts[(firsts.Length - 1) / 2], firsts[^1]), (summary.TtftUs!.P50, summary.TtftUs.Max));
    });

    /// <summary>
    /// An endpoint that answers nothing for ten seconds is charged for all who were to start meanwhile; counted from when they were sent,
    /// the same answers would look quick.
    /// </summary>
    [Fact]
    public void A_stall_counts_for_all_whom_it_kept()
    {
        var records = Enumerable.Range(0, 100).Select(number =>
        {
            var startUs = number * 100_000L;
            var sentUs = Math.Max(startUs, 10_000_000);
            var record = new BenchRecord { Number = number, StartUs = startUs, SentUs = sentUs };
            record.TokensUs.AddRange([sentUs + 20_000, sentUs + 30_000]);
            return record;
        }).ToArray();
        Assert.InRange(BenchSummary.Of(records, null).TtftUs!.Mean, 4_900_000, 5_200_000);
        var fromSent = records.Select(record => record.TokensUs[0] - record.SentUs).Average();
        Assert.Equal(20_000, fromSent);
        Assert.Equal(10_000_000, BenchSummary.Of(records, null).LatenessUs!.Max);
    }

    [Fact]
    public void Nothing_measured_is_nothing_said()
    {
        var summary = BenchSummary.Of([new BenchRecord { Number = 0, StartUs = 0, SentUs = 5, Fault = "HTTP 500" }], new SloSpec());
        Assert.Equal((1, 0, 0), (summary.Requests, summary.Completed, summary.InObjective));
        Assert.Equal((null, null, null), (summary.TtftUs, summary.GapUs, summary.E2eUs));
    }

    private static BenchRecord NewRecord(int number, RandomStream random)
    {
        var startUs = random.NextInt(1_000_000);
        var record = new BenchRecord
        {
            Number = number,
            StartUs = startUs,
            SentUs = startUs,
            Fault = random.NextInt(5) switch { 0 => "HTTP 429", 1 => "cut short", _ => null },
        };
        var atUs = (long)startUs;
        for (var token = random.NextInt(6); token > 0; token--) record.TokensUs.Add(atUs += random.NextInt(400_000));
        record.EndUs = atUs;
        return record;
    }
}
