using Kantor.Core.Randomness;
using Kantor.Core.Routing.Policies.Adapters;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Policies.Adapters;

public class AdapterRoutersTests
{
    [Theory]
    [InlineData(9, 0, 0)] // 9/32 against 0.3 to load
    [InlineData(10, 0, 1)]
    [InlineData(40, 41, 0)] // 0.6 + 8/32 against 0.6 + 9/32 + 0.3
    [InlineData(64, 18, 1)] // 1.2 against 18/32 + 0.3
    public void Dlora_adds_batches_and_the_loading_of_the_adapter(int requests, int others, int expected)
    {
        var fleet = new FleetBuilder();
        fleet.Add(running: requests);
        fleet.Add(running: others, hasAdapter: false);
        Assert.Equal(expected, new Routed(new DLoraRouter()).Send(fleet, Routed.Request(1, adapter: 3)));
    }

    [Fact]
    public void Polar_learns_which_replica_is_slow_and_does_not_page_for_less_than_that_costs()
    {
        var router = new Routed(new PolarRouter());
        var counts = new int[2];
        FleetBuilder Fleet(long nowUs, bool slowHas, bool fastHas)
        {
            var fleet = new FleetBuilder { NowUs = nowUs };
            fleet.Add(hasAdapter: slowHas);
            fleet.Add(hasAdapter: fastHas);
            return fleet;
        }

        for (var id = 0; id < 200; id++)
        {
            var request = Routed.Request(id);
            var nowUs = id * 10_000_000L;
            var place = router.Send(Fleet(nowUs, true, true), request);
            router.End(request, 20, nowUs + (place == 0 ? 3_000_000 : 1_000_000));
            if (id >= 100) counts[place]++;
        }

        // Rewards of 1/4 and 1/2: a difference of a quarter, less than the 0.3 of paging in.
        Assert.InRange(counts[1], 88, 100);
        Assert.Equal(0, router.Send(Fleet(5_000_000_000, slowHas: true, fastHas: false), Routed.Request(9_999)));
    }

    /// <summary>
    /// Research notes, scheduling 12 (a): 15 arms, 8 dimensions, rewards linear with noise. Cumulative regret grows as T to a power of at most
    /// 0.6; one that explores three tenths of the time for ever grows as T.
    /// </summary>
    [Fact]
    public void ACC_12a_the_regret_of_the_bandit_grows_like_the_root_of_time()
    {
        Assert.InRange(Slope(seed: 1, doubt: 0.3, explores: 0), 0, 0.6);
        Assert.InRange(Slope(seed: 1, doubt: 0, explores: 0.3), 0.85, 1.05);
    }

    private static double Slope(ulong seed, double doubt, double explores)
    {
        const int Arms = 15;
        const int Dimensions = 8;
        const int Times = 10_000;
        var random = new RandomStream(seed, "bandit");
        var truth = Enumerable.Range(0, Arms).Select(_ => Unit(random, Dimensions)).ToArray();
        var arms = truth.Select(_ => new LinUcb(Dimensions)).ToArray();
        var (regret, early, means) = (0.0, 0.0, new double[Arms]);
        for (var t = 1; t <= Times; t++)
        {
            var context = Unit(random, Dimensions);
            var (chosen, highest) = (random.NextInt(Arms), double.NegativeInfinity);
            var isFree = random.NextDouble() < explores;
            for (var arm = 0; arm < Arms; arm++)
            {
                means[arm] = Dot(truth[arm], context);
                if (isFree || arms[arm].Upper(context, doubt) is var upper && upper <= highest) continue;
                (chosen, highest) = (arm, arms[arm].Upper(context, doubt));
            }

            arms[chosen].Learn(context, means[chosen] + (0.2 * (random.NextDouble() - 0.5)));
            regret += means.Max() - means[chosen];
            if (t == Times / 10) early = regret;
        }

        return Math.Log10(regret / early);
    }

    private static double Dot(double[] one, double[] other)
    {
        var sum = 0.0;
        for (var at = 0; at < one.Length; at++) sum += one[at] * other[at];
        return sum;
    }

    private static double[] Unit(RandomStream random, int dimensions)
    {
        var raw = new double[dimensions];
        for (var at = 0; at < dimensions; at++) raw[at] = random.NextDouble() - 0.5;
        var length = Math.Sqrt(Dot(raw, raw));
        for (var at = 0; at < dimensions; at++) raw[at] /= length;
        return raw;
    }
}
