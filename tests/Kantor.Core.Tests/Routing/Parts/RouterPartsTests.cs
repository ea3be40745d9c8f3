using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Parts;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Parts;

public class RouterPartsTests
{
    [Fact]
    public void Equal_hashes_are_equal_prefixes_of_one_domain()
    {
        ulong[] Of(TokenContent? content, int adapter = 0)
        {
            var blocks = new PrefixBlocks(16);
            blocks.Hash(Routed.Request(1, adapter: adapter), content);
            return [.. Enumerable.Range(0, blocks.Count).Select(block => blocks[block])];
        }

        var (one, other) = (Of(Routed.Prompt(1, 40, own: 1, tokens: 100)), Of(Routed.Prompt(1, 40, own: 2, tokens: 100)));
        Assert.Equal(6, one.Length);
        Assert.Equal(one[..2], other[..2]);
        Assert.Empty(one[2..].Intersect(other));
        Assert.Empty(one.Intersect(Of(Routed.Prompt(1, 40, own: 1, tokens: 100), adapter: 1)));
        Assert.Empty(Of(null));
        Assert.Empty(Of(TokenContent.Opaque(100)));
        // Keys of a trace stand for more tokens than a block has.
        var trace = new PrefixBlocks(16);
        trace.Hash(Routed.Request(1, prompt: 1_100), TokenContent.FromBlockIds([7, 8, 9], 512, 1_100));
        Assert.Equal((2, 512), (trace.Count, trace.Tokens));
    }

    /// <summary>Against sets of prefixes that are kept by hand: the record holds those sent last, each with all shorter ones.</summary>
    [Fact]
    public void A_record_of_prefixes_holds_the_last_ones_whole_and_no_more_than_it_may()
    {
        TestSeed.Each(20, seed =>
        {
            var random = new RandomStream((ulong)seed, "prefixes");
            var (record, order) = (new RoutedPrefixes(12), new List<ulong>());
            for (var step = 0; step < 300; step++)
            {
                var length = 1 + random.NextInt(6);
                var keys = Enumerable.Range(0, length).Select(at => (at * 10) + random.NextInt(1 + at)).ToArray();
                var prefix = new PrefixBlocks(1);
                prefix.Hash(Routed.Request(1, prompt: length), TokenContent.FromTokens(keys));
                var expected = 0;
                while (expected < length && order.Contains(prefix[expected])) expected++;
                Assert.Equal(expected, record.Match(prefix));
                record.Add(prefix);
                for (var block = length - 1; block >= 0; block--)
                {
                    order.Remove(prefix[block]);
                    order.Add(prefix[block]);
                }

                while (order.Count > 12) order.RemoveAt(0);
                Assert.Equal(order.Count, record.Count);
            }
        });
    }

    [Fact]
    public void Work_of_a_window_goes_after_it()
    {
        var sums = new WindowSums(3_200);
        sums.Add(3, 5, nowUs: 0);
        sums.Add(3, 7, nowUs: 1_000);
        Assert.Equal((12, 12, 7, 0), (sums.Of(3, 1_000), sums.Of(3, 3_199), sums.Of(3, 3_300), sums.Of(3, 99_999)));
        Assert.Equal(0, sums.Of(4, 0));
    }

    [Fact]
    public void A_forecast_is_what_is_there_grows_with_every_token_and_forgets_who_ended()
    {
        var forecast = new LoadForecast(momentMs: 30, moments: 20);
        var fleet = new FleetBuilder { NowUs = 0, KvBlocksTotal = 1_000 };
        fleet.Add(running: 1, kvBlocksUsed: 100, queuedTokens: 1);
        forecast.TimeIs(0);
        forecast.Send(Routed.Request(1, prompt: 100, output: 10), fleet.View(Signals.Load), 0);
        forecast.Look(fleet.View(Signals.Load | Signals.Work | Signals.Booked));
        // A token each 30 ms until the tenth; then nothing of it is left.
        Assert.Equal(Enumerable.Range(0, 10).Select(step => 100.0 + step), forecast.Loads(0)[..10].ToArray());
        Assert.All(forecast.Loads(0)[10..].ToArray(), load => Assert.Equal(0, load, 6));
        Assert.Equal((1, 0), (forecast.Requests(0)[9], forecast.Requests(0)[10]));
        forecast.TimeIs(60_000);
        forecast.Ended(Routed.Request(1), 0, new(RequestOutcome.Stopped, 2, 0));
        forecast.Look(fleet.View(Signals.Load | Signals.Work | Signals.Booked));
        Assert.True(forecast.Loads(0)[19] > 100);
    }

    [Fact]
    public void The_sessions_that_came_first_are_forgotten()
    {
        var recent = new RecentSessions<int>(sessionsMax: 2);
        for (var session = 1; session <= 3; session++) recent.Set(new SessionId(session), session);
        recent.Set(new SessionId(2), 20);
        Assert.False(recent.TryGet(new SessionId(1), out _));
        Assert.True(recent.TryGet(new SessionId(2), out var second) && second == 20);
        Assert.True(recent.TryGet(new SessionId(3), out _));
    }

    [Fact]
    public void A_place_is_found_by_number_and_only_while_it_is_there()
    {
        var fleet = new FleetBuilder();
        foreach (var replica in (int[])[2, 5, 9]) fleet.Add(replica: replica);
        int? Of(int replica) => Best.PlaceOf(fleet.View(Signals.None), replica);
        Assert.Equal([0, 1, 2, null, null, null], new[] { Of(2), Of(5), Of(9), Of(0), Of(6), Of(10) });
    }
}
