using Kantor.Cli.Bench;
using Kantor.Cli.Traces;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Tests.Bench;

public class BenchTraceTests
{
    [Fact]
    public void What_was_answered_comes_back_from_the_file_in_order_of_its_start()
    {
        BenchRecord[] records =
        [
            Record(2, startMs: 900, prompt: 30, output: 4), Record(0, startMs: 5, prompt: 700, output: 2), Record(1, startMs: 70, prompt: 8, output: 9),
        ];
        var path = Path.Combine(Path.GetTempPath(), $"kantor-bench-{Guid.NewGuid():N}.jsonl.gz");
        try
        {
            OutputFile.Write("--trace-out", path, stream => BenchTrace.Write(stream, records));
            var read = new TraceFile(path, new TraceReadOptions()).Load(TestContext.Current.CancellationToken).Requests;
            // Mooncake's form has whole milliseconds, and its reader begins with the first request.
            Assert.Equal([(0L, 700, 2), (65_000L, 8, 9), (895_000L, 30, 4)], read.Select(each => (each.ArrivalUs - read[0].ArrivalUs, each.PromptTokens, each.OutputTokens)));
            Assert.Equal(4, read.SelectMany(each => each.BlockIds).Distinct().Count());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void What_failed_or_was_not_counted_is_left_out()
    {
        var failed = Record(0, 5, 10, 3);
        failed.Fault = "timeout";
        var uncounted = Record(1, 6, 10, 3);
        uncounted.PromptTokens = null;
        Assert.Empty(BenchTrace.Of([failed, uncounted]));
    }

    private static BenchRecord Record(int number, long startMs, int prompt, int output) => new()
    {
        Number = number,
        StartUs = startMs * 1000,
        SentUs = startMs * 1000,
        PromptTokens = prompt,
        OutputTokens = output,
    };
}
