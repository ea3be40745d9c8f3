using Kantor.Core.Batching.Policies.FlowControl;
using Kantor.Core.Randomness;

namespace Kantor.Core.Tests.Batching.Policies.FlowControl;

public class GateProgramTests
{
    [Fact]
    public void All_that_comes_is_served_where_time_suffices() =>
        Assert.Equal([0.001, 0.002], Solve([new(0.001, 1, 100, 200), new(0.002, 5, 100, 200)]));

    [Fact]
    public void What_earns_more_of_the_scarce_time_goes_first_and_what_earns_nothing_is_not_served()
    {
        // Prompts are scarce: 600 us of a millisecond for the first, 400 for 0.8 of the second.
        Assert.Equal([0.006, 0.004, 0], Solve([new(0.006, 3, 100, 1), new(0.005, 1, 100, 1), new(0.005, 0, 100, 1)]), Same);
        Assert.Equal([0.005, 0.005], Solve([new(0.006, 1, 100, 1), new(0.005, 3, 100, 1)]), Same);
    }

    /// <summary>One class takes prompts, the other places; where both are scarce, both are used to the end.</summary>
    [Fact]
    public void Two_scarce_times_are_both_used_up()
    {
        GateProgram.Flow[] flows = [new(1, 1, 300, 100), new(1, 1, 100, 300)];
        var served = Solve(flows);
        Assert.Equal([0.0025, 0.0025], served, Same);
    }

    /// <summary>As good as the best corner of the program, which is looked for among all.</summary>
    [Fact]
    public void It_is_exact() => TestSeed.Each(300, seed =>
    {
        var random = new RandomStream(seed, "program");
        var flows = Enumerable.Range(0, 1 + random.NextInt(5)).Select(_ => new GateProgram.Flow(
            random.NextInt(2000) * 1e-6, random.NextInt(5), 1 + random.NextInt(1500), 1 + random.NextInt(1500))).ToArray();
        var served = Solve(flows);
        Assert.All(served.Zip(flows), pair => Assert.InRange(pair.First, 0, pair.Second.Rate));
        Assert.True(Prompts(flows, served) <= 1 + 1e-9 && Places(flows, served) <= 1 + 1e-9);
        Assert.Equal(Corners(flows).Where(corner => IsFeasible(flows, corner)).Max(corner => Earned(flows, corner)), Earned(flows, served), 9);
    });

    /// <summary>
    /// The program of the source, with decodes in mixed and in solo steps as variables of their own, has the same optimum: what is served takes the
    /// occupancies x, and the decodes that it needs are what the steps of both kinds hold.
    /// </summary>
    [Fact]
    public void Its_two_constraints_are_those_of_the_source()
    {
        var model = new GateModel(Places: 8, ChunkTokens: 100, MixedUs: 2_000, SoloUs: 1_000);
        // A request of 300 prompt tokens: three mixed steps, 6,000 us.
        Assert.Equal(6_000, model.PromptUs(300));
        var (rate, output) = (1 / model.PlacesUs(300, 40), 40.0);
        var mixed = rate * model.PromptUs(300);
        var decodes = (mixed * 7 / 2_000) + ((1 - mixed) * 8 / 1_000);
        Assert.Equal(decodes, rate * output, 12);
        // So many of all steps are mixed: with twice the time, half as many as of the time.
        Assert.Equal(mixed / 2 / ((mixed / 2) + 1 - mixed), model.StepsOf(mixed, mixed), 12);
    }

    private static bool Same(double one, double other) => Math.Abs(one - other) < 1e-12;

    private static double[] Solve(GateProgram.Flow[] flows)
    {
        var served = new double[flows.Length];
        new GateProgram().Solve(flows, served);
        return served;
    }

    private static double Prompts(GateProgram.Flow[] flows, double[] served) => flows.Zip(served, (flow, rate) => flow.PromptUs * rate).Sum();

    private static double Places(GateProgram.Flow[] flows, double[] served) => flows.Zip(served, (flow, rate) => flow.PlacesUs * rate).Sum();

    private static double Earned(GateProgram.Flow[] flows, double[] served) => flows.Zip(served, (flow, rate) => flow.Revenue * rate).Sum();

    private static bool IsFeasible(GateProgram.Flow[] flows, double[] served) =>
        served.Zip(flows).All(pair => pair.First >= -1e-12 && pair.First <= pair.Second.Rate + 1e-12)
        && Prompts(flows, served) <= 1 + 1e-9 && Places(flows, served) <= 1 + 1e-9;

    /// <summary>Every class at one of its ends but at most two, which make one or both constraints equalities.</summary>
    private static IEnumerable<double[]> Corners(GateProgram.Flow[] flows)
    {
        for (var set = 0; set < 1 << flows.Length; set++)
        {
            double[] ends = [.. flows.Select((flow, index) => (set >> index & 1) * flow.Rate)];
            yield return ends;
            for (var one = 0; one < flows.Length; one++)
            {
                var (prompts, places) = (1 - Prompts(flows, With(ends, one, 0)), 1 - Places(flows, With(ends, one, 0)));
                yield return With(ends, one, prompts / flows[one].PromptUs);
                yield return With(ends, one, places / flows[one].PlacesUs);
                for (var other = 0; other < one; other++)
                {
                    var rest = With(With(ends, one, 0), other, 0);
                    (prompts, places) = (1 - Prompts(flows, rest), 1 - Places(flows, rest));
                    var (a, b) = (flows[one], flows[other]);
                    var determinant = (a.PromptUs * b.PlacesUs) - (b.PromptUs * a.PlacesUs);
                    if (determinant == 0) continue;
                    var first = ((prompts * b.PlacesUs) - (b.PromptUs * places)) / determinant;
                    yield return With(With(rest, one, first), other, ((a.PromptUs * places) - (prompts * a.PlacesUs)) / determinant);
                }
            }
        }
    }

    private static double[] With(double[] rates, int index, double rate) => [.. rates.Select((old, at) => at == index ? rate : old)];
}
