using Kantor.Core.Batching.Policies.Lookahead;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Views;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.Volume;

public class OneBitSvfPlannerTests
{
    [Fact]
    public void Small_requests_go_before_large_ones_and_within_both_who_came_first()
    {
        // Pool of 400 tokens; volumes 1,550, 155, 65 and 415.
        var view = new ViewBuilder { StepTokensMax = 200 };
        view.Waiting(prompt: 5, believed: 50);
        view.Waiting(prompt: 10, believed: 10);
        view.Waiting(prompt: 10, believed: 5);
        view.Waiting(prompt: 80, believed: 5);
        Assert.Equal([1, 2, 0, 3], Rows(new OneBitSvfOptions()));
        Assert.Equal([1, 2, 3, 0], Rows(new OneBitSvfOptions { SmallMax = 2 }));
        int[] Rows(OneBitSvfOptions options) => [.. view.Plan(new OneBitSvfPlanner(options)).Grants.ToArray().Select(grant => grant.Row)];
    }

    [Fact]
    public void One_bit_is_between_no_order_and_the_whole_order()
    {
        var random = new RandomStream(11, "mixed");
        var jobs = Enumerable.Range(0, 300).Select(id => Job(id, 0, random.NextInt(5) == 0 ? 50 : 3 + random.NextInt(5), 2 + random.NextInt(20))).ToList();
        var (none, bit, all) = (
            MeanLatency(Run(new McBenchmarkPlanner(), jobs).ToEnd(), jobs),
            MeanLatency(Run(new OneBitSvfPlanner(new OneBitSvfOptions { SmallMax = 2 }), jobs).ToEnd(), jobs),
            MeanLatency(Run(new SvfPlanner(new SvfOptions { AgingShare = null, Backfilling = false }), jobs).ToEnd(), jobs));
        Assert.True(all < bit && bit < none, $"{all} {bit} {none}");
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void Behind_a_request_that_does_not_fit_another_is_backfilled_as_told(bool backfilling, int started)
    {
        var jobs = new[] { Job(0, 0, 60, 30), Job(1, 1, 50, 1), Job(2, 1, 5, 9) };
        var run = Run(new OneBitSvfPlanner(new OneBitSvfOptions { Backfilling = backfilling }), jobs);
        run.Advance();
        run.Advance();
        Assert.Equal(started, Starts(run).Length);
    }

    [Fact]
    public void Options_out_of_range_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneBitSvfPlanner(new OneBitSvfOptions { SmallMax = 0 }));
}
