using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.FlowControl;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Tests.Batching.Policies.FlowControl;

public class GatePlannerTests
{
    private static readonly ServiceClassTable Classes = new(
        [
            new ServiceClass(new ClassId(0), "rich", 4, new SloSpec()),
            new ServiceClass(new ClassId(1), "poor", 1, new SloSpec()),
        ],
        new ServiceClass(new ClassId(2), "other", 1, new SloSpec()));

    /// <summary>
    /// Half again as much comes as prompts have time for. Answers of both classes take the same; those worth four are all served but few, and of the
    /// others what is left, which is more value than in order of arrival, which serves two thirds of each.
    /// </summary>
    [Fact]
    public void In_overload_the_class_that_earns_more_of_the_time_is_served() => TestSeed.Each(5, seed =>
    {
        var (gated, byArrival) = (Served(seed, "gate-and-route"), Served(seed, "fcfs"));
        Assert.InRange(byArrival[0], 330, 440);
        Assert.InRange(gated[0], 530, 650);
        Assert.True((4 * gated[0]) + gated[1] > 1.15 * ((4 * byArrival[0]) + byArrival[1]), $"{gated[1]} and {byArrival[1]}");
    });

    /// <summary>Where all have time, gates hold up nobody: all start as in order of arrival.</summary>
    [Fact]
    public void Below_capacity_gates_let_everybody_through() => TestSeed.Each(5, seed =>
    {
        var random = new RandomStream(seed, "light");
        Job[] jobs = [.. Enumerable.Range(0, 200).Select(id => Job(id, (4 * id) + random.NextInt(4), 32, 4, id % 2))];
        int[] Starts(string planner) => [.. Run(planner, jobs).Traces.OrderBy(entry => entry.Key).Select(entry => entry.Value.FirstStep!.Value)];
        Assert.Equal(Starts("fcfs"), Starts("gate-and-route:patience-ms=1000000"));
    });

    /// <summary>In the mean no more tokens of a class start in a step than its gate lets through, and the oldest first.</summary>
    [Fact]
    public void Prompts_of_a_class_start_at_the_rate_of_its_gate()
    {
        // 32 tokens of prompts a step, all of the poor class, which alone is there: of 64-token prompts one starts every other step.
        Job[] jobs = [.. Enumerable.Range(0, 40).Select(id => Job(id, 0, 64, 2, 1))];
        var run = Run("gate-and-route:headroom=0:patience-ms=1000000", jobs);
        var starts = jobs.Select(job => run.Traces[job.Id].FirstStep!.Value).ToArray();
        Assert.Equal(starts.Order(), starts);
        Assert.InRange((starts[^1] - starts[0]) / 39.0, 1.9, 2.6);
    }

    [Fact]
    public void Who_has_lost_patience_starts_and_an_idle_replica_waits_for_no_gate()
    {
        // The poor earn nothing beside so many rich: without patience they start when the rich are done.
        Job[] jobs = [.. Enumerable.Range(0, 60).Select(id => Job(id, 0, 32, 4, 0)), .. Enumerable.Range(60, 5).Select(id => Job(id, 0, 32, 4, 1))];
        int Start(string planner) => Run(planner, jobs).Traces[60].FirstStep!.Value;
        var (patient, impatient) = (Start("gate-and-route:patience-ms=1000000"), Start("gate-and-route:patience-ms=20"));
        Assert.True(patient > impatient, $"{patient} and {impatient}");
        Assert.All(Run("gate-and-route:patience-ms=1000000", jobs).Traces.Values, trace => Assert.Equal(RequestOutcome.LengthReached, trace.Outcome));
    }

    /// <summary>What values are paid for decides how the scarce time is divided.</summary>
    [Fact]
    public void Pricing_decides_what_earns_more() => TestSeed.Each(5, seed =>
    {
        double PoorShare(string planner)
        {
            var served = Served(seed, planner, poorPrompt: 28, richOutput: 24);
            return (double)served[1] / served.Sum();
        }

        Assert.True(PoorShare("gate-and-route:pricing=tokens") != PoorShare("gate-and-route"));
    });

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GatePlanner(new GateOptions { Headroom = -0.1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GatePlanner(new GateOptions { SolveSteps = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new GatePlanner(new GateOptions { PatienceMs = 0 }));
    }

    /// <summary>Answers by class that ended while requests came.</summary>
    private static int[] Served(ulong seed, string planner, int poorPrompt = 32, int richOutput = 4)
    {
        var random = new RandomStream(seed, "overload");
        var jobs = Enumerable.Range(0, 1_200).Select(id => random.NextInt(2) is var of && of == 0
            ? Job(id, id / 2, 32, richOutput, 0) : Job(id, id / 2, poorPrompt, 4, 1)).ToList();
        var run = Run(planner, jobs);
        return [.. Enumerable.Range(0, 2).Select(of => jobs.Count(job => job.Class == of && run.Traces[job.Id].EndStep < 600))];
    }

    private static Job Job(long id, int step, int prompt, int output, int of) => Jobs.Plain(id, step, prompt, output) with { Class = of };

    private static ReplicaRun Run(string planner, IReadOnlyList<Job> jobs) => new ReplicaRun(
        PolicyCatalogue.Planner(planner),
        new BatchLimits { StepTokensMax = 32 + 15, RunningMax = 16 },
        new KvLedgerOptions { BlocksTotal = 10_000, BlockSizeTokens = 4, PrefixCaching = false },
        jobs,
        new ClassQuantilePredictor(),
        classes: Classes)
    { Verifies = false }.ToEnd();
}
