using System.Text;
using Kantor.EventLogs.Recording;
using Kantor.EventLogs.Records;

namespace Kantor.EventLogs.Tests.Records;

public sealed class EventLogTests : IDisposable
{
    private const string Header = """{"kantor-event-log":1,"host":"test"}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-log").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "line 1: not the first line of an event log")]
    [InlineData("{}", "line 1: not the first line of an event log")]
    [InlineData("""{"kantor-event-log":2,"host":"x"}""", "line 1: version 2; this Kantor reads version 1")]
    [InlineData(Header + "\n{\"e\":\"step\",\"t\":1,\"r\":0}\n" + Header, "line 2:")]
    [InlineData(Header + "\n{\"e\":\"dance\",\"t\":1,\"r\":0}\n{}", "line 2:")]
    [InlineData(Header + "\nnull\n{}", "line 2: null is no record")]
    [InlineData(Header + "\n{\"e\":\"step\",\"t\":1,\"r\":0,\"us\":5,\"speed\":9}\n{}", "line 2:")]
    public void What_is_wrong_is_said_with_its_line(string text, string expected)
    {
        var file = Path.Combine(_folder, "log.jsonl");
        File.WriteAllText(file, text);
        var wrong = Assert.Throws<EventLogException>(() => EventLog.Read(file));
        Assert.StartsWith(file, wrong.Message);
        Assert.Contains(expected, wrong.Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var wrong = Assert.Throws<EventLogException>(() => EventLog.Read(Path.Combine(_folder, "none.jsonl")));
        Assert.Contains("none.jsonl: cannot be read", wrong.Message);
    }

    /// <summary>A host that is ended leaves half a line, or half a compressed block; what stands before is read, and it is said.</summary>
    [Theory]
    [InlineData("log.jsonl")]
    [InlineData("log.jsonl.gz")]
    public void A_log_that_was_cut_is_read_as_far_as_it_goes(string name)
    {
        var file = Path.Combine(_folder, name);
        var whole = LoggedReplica.Record("fcfs", 1, file);
        Assert.Null(whole.Note);
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..(bytes.Length * 2 / 3)]);
        var cut = EventLog.Read(file);
        Assert.Contains("is cut short after line", cut.Note);
        Assert.InRange(cut.Records.Count, 1, whole.Records.Count - 1);
    }

    [Fact]
    public void A_log_that_has_reached_its_limit_ends_and_says_so_once()
    {
        var file = Path.Combine(_folder, "log.jsonl");
        var said = new List<string>();
        using (var log = EventLogWriter.Create(file, "test", said.Add, bytesMax: 200))
        {
            for (var step = 0; step < 50; step++) log.Write(new StepRecord { AtUs = step, Replica = 0, Us = 10 });
            Assert.Equal("it has reached 200 bytes", log.Fault);
        }

        Assert.Single(said);
        Assert.InRange(new FileInfo(file).Length, 100, 200);
        Assert.All(EventLog.Read(file).Records, record => Assert.IsType<StepRecord>(record));
    }

    /// <summary>Two contents have equal numbers as far as they begin alike in the same cache domain, and no further.</summary>
    [Fact]
    public void INV_LOG_2_numbers_are_equal_exactly_as_far_as_contents_begin_alike()
    {
        var numbers = new PrefixNumbers(1_000);
        int[] first = Of(numbers, 1, [5, 6, 7, 8]), second = Of(numbers, 1, [5, 6, 9, 8]), other = Of(numbers, 2, [5, 6, 7, 8]);
        Assert.Equal(first, Of(numbers, 1, [5, 6, 7, 8]));
        Assert.Equal(first[..2], second[..2]);
        Assert.NotEqual(first[2], second[2]);
        Assert.NotEqual(first[3], second[3]);
        Assert.Empty(first.Intersect(other));
    }

    private static int[] Of(PrefixNumbers numbers, int tenant, int[] keys)
    {
        var before = numbers.RootOf(new Kantor.Core.Requests.CacheDomain(tenant, 0));
        return [.. new LogContent(1, keys.Length, keys.Length, numbers.Number(keys, ref before)).Numbers()];
    }
}
