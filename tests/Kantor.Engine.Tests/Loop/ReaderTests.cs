using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;

namespace Kantor.Engine.Tests.Loop;

public class ReaderTests
{
    private static ScriptedBackendOptions Endless => new() { EndsOneIn = null };

    [Fact]
    public void A_reader_that_takes_nothing_for_the_stall_timeout_ends_its_request_and_frees_its_kv__F1()
    {
        var bench = new EngineBench(Endless, options: options => options with { StallTimeout = TimeSpan.FromMilliseconds(100) });
        var stalled = bench.Submit(EngineBench.Request("Never read", 3000));
        var read = bench.Submit(EngineBench.Request("Always read", 200));
        bench.Run(read);
        stalled.Read();
        Assert.Equal(RequestOutcome.ReaderStalled, stalled.Outcome);
        Assert.InRange(stalled.Finish.TotalUs, 100_000, 110_000);
        Assert.Equal(RequestOutcome.LengthReached, read.Outcome);
    }

    [Fact]
    public void A_slow_reader_is_not_a_stalled_one_gets_all_text_and_slows_nobody__F13_INV_ENG_9()
    {
        var bench = new EngineBench(Endless, options: options => options with { StallTimeout = TimeSpan.FromMilliseconds(100), StreamDeltasMax = 4 });
        var request = EngineBench.Request("Read now and then", 500);
        var slow = bench.Submit(request);
        for (var turn = 0; bench.Loop.Step(); turn++)
        {
            if (turn % 60 == 0) slow.Read();
        }

        slow.Read();
        Assert.Equal(RequestOutcome.LengthReached, slow.Outcome);
        Assert.Equal(EngineBench.Alone(request, Endless).Text, slow.Text);
        Assert.InRange(slow.Deltas.Count, 10, 60);
        Assert.Equal(500, bench.Loop.Snapshot.Steps);
    }

    [Fact]
    public void A_reader_too_many_tokens_behind_is_stalled_whatever_the_time()
    {
        var bench = new EngineBench(Endless, options: options => options with { StreamEntriesMax = 50 });
        var answer = bench.Submit(EngineBench.Request("Never read", 3000));
        bench.Run();
        answer.Read();
        Assert.Equal(RequestOutcome.ReaderStalled, answer.Outcome);
        Assert.Equal(51, answer.Finish.GeneratedTokens);
    }

    [Fact]
    public void A_long_wait_in_the_queue_is_not_a_stall()
    {
        var bench = new EngineBench(Endless, options: options => options with { StallTimeout = TimeSpan.FromMilliseconds(50), RunningMax = 1 });
        var first = bench.Submit(EngineBench.Request("First", 300));
        var second = bench.Submit(EngineBench.Request("Second", 3));
        bench.Run(first, second);
        Assert.True(second.Finish.QueueUs > 100_000);
        Assert.Equal(RequestOutcome.LengthReached, second.Outcome);
    }
}
