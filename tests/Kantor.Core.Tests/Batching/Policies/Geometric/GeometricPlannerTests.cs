using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Geometric;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.Geometric;

public class GeometricPlannerTests
{
    [Fact]
    public void Phases_grow_geometrically()
    {
        var options = new GeometricOptions { FirstTokens = 4, Growth = 1.5 };
        Assert.Equal([(0, 4), (0, 4), (1, 6), (2, 9), (2, 9), (3, 13)], new[] { 1, 4, 5, 7, 9, 10 }.Select(options.PhaseOf));
    }

    [Fact]
    public void Known_lengths_go_in_phases_and_within_one_in_order_of_arrival()
    {
        Job[] jobs = [Job(0, 0, 2, 30), Job(1, 0, 2, 16), Job(2, 0, 2, 17), Job(3, 0, 2, 3)];
        Assert.Equal([1, 3, 0, 2], Starts(Run(new GbaPlanner(), jobs, running: 1).ToEnd()));
    }

    [Fact]
    public void Of_unknown_lengths_everybody_has_a_slice_before_anybody_has_a_second()
    {
        var jobs = Enumerable.Range(0, 6).Select(id => Job(id, 0, 2, 12)).ToList();
        var run = Run(new GsaPlanner(new GeometricOptions { FirstTokens = 4 }), jobs, running: 2);
        while (!run.IsOver)
        {
            run.Advance();
            // The furthest has at most the slices of 4 and 8 when the last has not had its first.
            if (run.Traces.Values.Any(trace => trace.Generated < 4)) Assert.All(run.Traces.Values, trace => Assert.True(trace.Generated <= 4));
        }

        Assert.All(run.Traces.Values, trace => Assert.InRange(trace.Preemptions, 0, 2));
        Assert.True(run.Scheduler.Counters.Preemptions >= 4);
    }

    [Fact]
    public void Alone_a_request_goes_on_without_a_break() =>
        Assert.Equal(0, Run(new GsaPlanner(new GeometricOptions { FirstTokens = 2 }), [Job(0, 0, 2, 60)]).ToEnd().Scheduler.Counters.Preemptions);

    /// <summary>The defining effect of staggering: in a backlog of equal requests the memory in use is level, not a saw.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Staggered_starts_keep_memory_level(bool staggers)
    {
        var jobs = Enumerable.Range(0, 300).Select(id => Job(id, 0, 2, 16));
        var run = Run(new GbaPlanner(new GeometricOptions { Staggers = staggers }), jobs, pool: 200, running: 1000);
        var used = new List<int>();
        while (run.Step < 150)
        {
            run.Advance();
            if (run.Step > 40) used.Add(run.Scheduler.Kv.BlocksUsed);
        }

        var (mean, spread) = (used.Average(), used.Max() - used.Min());
        if (staggers) Assert.True(spread < 0.25 * 200 && mean > 0.7 * 200, $"{mean} {spread}");
        else Assert.True(spread > 0.4 * 200, $"{mean} {spread}");
    }

    [Fact]
    public void Staggering_serves_a_backlog_sooner()
    {
        var jobs = Enumerable.Range(0, 300).Select(id => Job(id, 0, 2, 16)).ToList();
        double Mean(bool staggers) => MeanLatency(Run(new GbaPlanner(new GeometricOptions { Staggers = staggers }), jobs, 200, 1000).ToEnd(), jobs);
        Assert.True(Mean(true) < 0.8 * Mean(false), $"{Mean(true)} {Mean(false)}");
    }

    /// <summary>Factors of the source, against the least total rounds that volumes allow: far from them, as guarantees at worst are.</summary>
    [Fact]
    public void Both_are_within_the_source_s_factors_of_what_volumes_allow()
    {
        for (var seed = 0UL; seed < 5; seed++)
        {
            var random = new RandomStream(seed, "phases");
            var jobs = Enumerable.Range(0, 200).Select(id => Job(id, 0, 1 + random.NextInt(6), 1 + (int)Math.Exp(random.NextDouble() * 4))).ToList();
            var volumes = jobs.Select(job => Kantor.Core.Occupancy.KvTrapezoid.Volume(job.Prompt.Count, job.OutputTokens)).Order().ToArray();
            var least = volumes.Select((_, index) => volumes.Take(index + 1).Sum()).Sum() / 200.0 / jobs.Count;
            var (known, unknown) = (Mean(new GbaPlanner(), jobs), Mean(new GsaPlanner(), jobs));
            Assert.True(known <= 10.67 * least && unknown <= 61.92 * least, $"{known} {unknown} {least}");
            Assert.True(known < unknown);
        }
    }

    [Fact]
    public void Without_lengths_slices_beat_order_of_arrival_where_lengths_are_very_unlike()
    {
        var random = new RandomStream(4, "unlike");
        var jobs = Enumerable.Range(0, 200).Select(id => Job(id, 0, 2, id % 10 == 0 ? 150 : 1 + random.NextInt(8))).ToList();
        Assert.True(Mean(new GsaPlanner(), jobs) < 0.8 * Mean(new OrcaPlanner(), jobs), $"{Mean(new GsaPlanner(), jobs)} {Mean(new OrcaPlanner(), jobs)}");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GsaPlanner(new GeometricOptions { FirstTokens = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GbaPlanner(new GeometricOptions { Growth = 1 }));
    }

    private static double Mean(IBatchPlanner planner, List<Job> jobs) => MeanLatency(Run(planner, jobs, pool: 200, running: 1000).ToEnd(), jobs);
}
