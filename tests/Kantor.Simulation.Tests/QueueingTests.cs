using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.StepTime;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests;

/// <summary>One replica that serves one request at a time in one step is a textbook queue; its waits are known in closed form.</summary>
public class QueueingTests
{
    private const double ServiceUs = 10_000;
    private const int Requests = 100_000;

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.5)]
    [InlineData(0.7)]
    public void The_mean_wait_of_M_D_1_is_right_within_2_percent(double load)
    {
        var wait = MeanWaitUs(load, random => 100);
        Assert.InRange(wait / (load * ServiceUs / (2 * (1 - load))), 0.98, 1.02);
    }

    [Fact]
    public void The_mean_wait_of_M_G_1_with_two_service_times_is_right_within_3_percent()
    {
        // Pollaczek and Khinchine: W = λ E[S²] / (2 (1 − ρ)); S is 0.5 or 2.5 mean service times with probabilities 3/4 and 1/4.
        const double Load = 0.5;
        var secondMoment = ((0.75 * 0.25) + (0.25 * 6.25)) * ServiceUs * ServiceUs;
        var wait = MeanWaitUs(Load, random => random.NextDouble() < 0.75 ? 50 : 250);
        Assert.InRange(wait / (Load / ServiceUs * secondMoment / (2 * (1 - Load))), 0.97, 1.03);
    }

    [Fact]
    public void The_mean_wait_of_M_M_1_is_right_within_3_percent()
    {
        // W = ρ S / (1 − ρ). Services are whole hundredths of their mean.
        const double Load = 0.5;
        var wait = MeanWaitUs(Load, random => 1 + (int)(-Math.Log(1 - random.NextDouble()) * 99.5), 4 * Requests);
        Assert.InRange(wait / (Load * ServiceUs / (1 - Load)), 0.97, 1.03);
    }

    [Fact]
    public void With_vanishing_load_nobody_waits() => Assert.InRange(MeanWaitUs(0.001, random => 100), 0, 0.001 * ServiceUs);

    private static double MeanWaitUs(double load, Func<RandomStream, int> promptTokens, int requests = Requests)
    {
        var (arrivals, services) = (new RandomStream(11, "arrivals"), new RandomStream(11, "services"));
        var atUs = 0.0;
        var trace = new TraceRequest[requests];
        for (var index = 0; index < requests; index++)
        {
            atUs += -Math.Log(1 - arrivals.NextDouble()) * ServiceUs / load;
            trace[index] = new TraceRequest((long)atUs, promptTokens(services), 1);
        }

        var result = Simulator.Run(trace, Server);
        Assert.Equal(requests, result.Completed);
        return result.Records.Average(record => (double)(record.ScheduledUs - record.ArrivalUs)!);
    }

    private static SimulationOptions Server => new()
    {
        Planner = new FcfsPlanner(),
        Router = new RoundRobinRouter(),
        Limits = new BatchLimits { StepTokensMax = 5000, RunningMax = 1 },
        Kv = new KvLedgerOptions { BlocksTotal = 5000, BlockSizeTokens = 1, PrefixCaching = false },
        StepTime = new LinearStepTime(0, ServiceUs / 100, 0, 0),
        NewPredictor = () => new ConstantLengthPredictor(1),
        OutputTokensMax = 1,
    };
}
