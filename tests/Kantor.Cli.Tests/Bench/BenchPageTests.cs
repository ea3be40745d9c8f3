using Kantor.Cli.Bench;

namespace Kantor.Cli.Tests.Bench;

public class BenchPageTests
{
    /// <summary>Requests that are open are their times; what came is what came.</summary>
    [Fact]
    public void The_course_has_all_open_time_and_every_token() => TestSeed.Each(5, seed =>
    {
        var random = new Random((int)(seed % int.MaxValue));
        var records = Enumerable.Range(0, 50).Select(number =>
        {
            var startUs = random.NextInt64(100_000_000);
            var record = new BenchRecord { Number = number, StartUs = startUs, SentUs = startUs, EndUs = startUs + random.NextInt64(20_000_000) };
            record.TokensUs.AddRange(Enumerable.Range(0, random.Next(9)).Select(_ => random.NextInt64(startUs, record.EndUs + 1)).Order());
            return record;
        }).ToArray();
        var course = BenchPage.Course(records);
        Assert.Equal(records.Sum(record => record.EndUs - record.StartUs) / 1e6, course.OpenMean.Sum() * course.BucketS, 0.2);
        Assert.Equal(records.Sum(record => record.TokensUs.Count), course.TokensPerS.Sum() * course.BucketS, 0.5);
        Assert.Equal(course.TtftMs.Select(ms => ms is null), course.TtftMsMax.Select(ms => ms is null));
        Assert.InRange(course.OpenMean.Count, 1, 241);
    });

    [Fact]
    public void Classes_have_rows_of_their_own_after_all()
    {
        var records = Enumerable.Range(0, 6).Select(number =>
            new BenchRecord { Number = number, StartUs = 0, SentUs = 0, EndUs = 1000, OutputTokens = 1, Class = number < 2 ? "chat" : "batch" }).ToArray();
        var rows = BenchPage.Rows(BenchSummary.Of(records, null), records);
        Assert.Equal([("all", 6), ("batch", 4), ("chat", 2)], rows.Select(row => (row.Name, row.Requests)));
    }
}
