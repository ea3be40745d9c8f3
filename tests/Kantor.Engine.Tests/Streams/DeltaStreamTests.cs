using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Clocks;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Streams;

public class DeltaStreamTests
{
    private static readonly ChoiceFinish Finish = new(RequestOutcome.Stopped, 1, 0, 1, 0, 0, 0, 0);

    private readonly VirtualClock _clock = new();
    private int _cancels;

    [Fact]
    public void An_unread_stream_holds_a_bounded_number_of_deltas_and_loses_nothing__F1_INV_ENG_9()
    {
        var stream = NewStream(choices: 2, deltasMax: 3);
        for (var index = 0; index < 1_000; index++) stream.Publish(Delta(index % 2, $"{index} "));
        stream.Publish(Delta(0, "end") with { Finish = Finish });
        stream.Publish(Delta(1, "end") with { Finish = Finish });
        var deltas = TakeAll(stream);
        Assert.Equal(5, deltas.Count);
        for (var choice = 0; choice < 2; choice++)
        {
            var mine = deltas.Where(delta => delta.Choice == choice).ToList();
            Assert.Equal(string.Concat(Enumerable.Range(0, 500).Select(index => $"{(2 * index) + choice} ")) + "end", string.Concat(mine.Select(delta => delta.Text)));
            Assert.Equal(501, mine.Sum(delta => delta.Tokens));
            Assert.Equal(501, mine.Sum(delta => delta.Logprobs.Count));
            Assert.Same(Finish, Assert.Single(mine, delta => delta.Finish is not null).Finish);
            Assert.NotNull(mine[^1].Finish);
        }
    }

    [Fact]
    public void A_reader_is_stalled_only_while_something_lies_there()
    {
        var stream = NewStream(choices: 1, deltasMax: 3);
        _clock.Advance(10_000);
        Assert.False(stream.IsStalled());
        stream.Publish(Delta(0, "a"));
        _clock.Advance(1_000);
        Assert.False(stream.IsStalled());
        _clock.Advance(1);
        Assert.True(stream.IsStalled());
        Assert.Single(TakeAll(stream));
        Assert.False(stream.IsStalled());
    }

    [Fact]
    public void Taking_a_part_starts_the_stall_timeout_anew()
    {
        var stream = NewStream(choices: 1, deltasMax: 3);
        stream.Publish(Delta(0, "a"));
        stream.Publish(Delta(0, "b"));
        _clock.Advance(900);
        Assert.True(stream.TryTake(out _));
        _clock.Advance(900);
        Assert.False(stream.IsStalled());
    }

    [Fact]
    public void Nothing_comes_after_the_last_finish__F11()
    {
        var stream = NewStream(choices: 1, deltasMax: 3);
        stream.Publish(Delta(0, "a") with { Finish = Finish });
        Assert.Throws<InvalidOperationException>(() => stream.Publish(Delta(0, "b")));
    }

    [Fact]
    public async Task A_waiting_reader_is_woken_and_completes()
    {
        var stream = NewStream(choices: 1, deltasMax: 3);
        var reading = ReadAsync(stream);
        stream.Publish(Delta(0, "a"));
        stream.Publish(Delta(0, "b") with { Finish = Finish });
        Assert.Equal("ab", await reading);
    }

    [Fact]
    public async Task A_second_reader_is_refused()
    {
        var stream = NewStream(choices: 1, deltasMax: 3);
        stream.Publish(Delta(0, "a") with { Finish = Finish });
        await ReadAsync(stream);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(stream));
    }

    [Fact]
    public async Task Disposing_cancels_once_before_the_end_and_not_after_it()
    {
        var stream = NewStream(choices: 1, deltasMax: 3);
        await stream.DisposeAsync();
        await stream.DisposeAsync();
        Assert.Equal(1, _cancels);
        var ended = NewStream(choices: 1, deltasMax: 3);
        ended.Publish(Delta(0, "a") with { Finish = Finish });
        await ended.DisposeAsync();
        Assert.Equal(1, _cancels);
    }

    private DeltaStream NewStream(int choices, int deltasMax) =>
        new(choices, new StreamBounds(deltasMax, EntriesMax: 100_000, StallUs: 1_000), new EngineClock(_clock), () => _cancels++);

    private static GenerationDelta Delta(int choice, string text) =>
        new() { Choice = choice, Text = text, Tokens = 1, Logprobs = [new TokenLogprob(0, [], 0, [])] };

    private static List<GenerationDelta> TakeAll(DeltaStream stream)
    {
        var deltas = new List<GenerationDelta>();
        while (stream.TryTake(out var delta)) deltas.Add(delta!);
        return deltas;
    }

    private static async Task<string> ReadAsync(DeltaStream stream)
    {
        var text = "";
        await foreach (var delta in stream.ReadAllAsync(TestContext.Current.CancellationToken)) text += delta.Text;
        return text;
    }
}
