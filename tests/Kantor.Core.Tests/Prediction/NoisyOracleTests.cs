using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Prediction;

public class NoisyOracleTests
{
    [Theory]
    [InlineData(OracleKind.Point)]
    [InlineData(OracleKind.Interval)]
    public void Without_noise_it_tells_the_truth(OracleKind kind)
    {
        var oracle = Oracle(new NoisyOracleOptions { Kind = kind });
        for (var id = 0; id < 100; id++) Assert.Equal((True(id), True(id)), Numbers(Ask(oracle, id)));
    }

    [Fact]
    public void An_interval_holds_the_truth_and_is_as_wide_as_it_says()
    {
        var oracle = Oracle(new NoisyOracleOptions { Kind = OracleKind.Interval, Noise = 0.5 });
        for (var id = 0; id < 1_000; id++)
        {
            var belief = Ask(oracle, id);
            Assert.InRange(True(id), belief.Quantile(1e-9), belief.Quantile(1));
            Assert.True(belief.Quantile(1) <= Math.Max(True(id), 1.5 * belief.Quantile(1e-9)));
        }
    }

    /// <summary>Good decisions fall from all to a little above a coin's as noise grows.</summary>
    [Fact]
    public void More_noise_makes_fewer_good_decisions()
    {
        var shares = new[] { 0, 0.2, 0.4, 0.8, 3 }.Select(noise => GoodDecisions(new NoisyOracleOptions { Noise = noise })).ToArray();
        Assert.Equal(1, shares[0]);
        for (var index = 1; index < shares.Length; index++) Assert.True(shares[index] < shares[index - 1]);
        Assert.InRange(shares[^1], 0.5, 0.75);
    }

    [Fact]
    public void A_request_is_told_the_same_again_and_seeds_tell_others_apart()
    {
        var options = new NoisyOracleOptions { Noise = 0.5 };
        Assert.Equal(Numbers(Ask(Oracle(options), 7)), Numbers(Ask(Oracle(options), 7)));
        Assert.Contains(Enumerable.Range(0, 9), id => Numbers(Ask(Oracle(options), id)) != Numbers(Ask(Oracle(options with { Seed = 1 }), id)));
    }

    [Fact]
    public void Every_belief_lies_between_what_is_generated_and_what_is_declared__INV_PRED_1() => TestSeed.Each(20, seed =>
    {
        var random = new RandomStream(seed, "oracle");
        foreach (var kind in Enum.GetValues<OracleKind>())
        {
            var oracle = Oracle(new NoisyOracleOptions { Kind = kind, Noise = random.NextDouble() });
            for (var id = 0; id < 100; id++)
            {
                var limit = 1 + random.NextInt(800);
                var generated = random.NextInt(limit);
                var belief = Ask(oracle, id, generated, limit);
                Assert.InRange(belief.MeanTokens, generated + 1, limit);
                Assert.InRange(belief.UpperTokens, belief.MeanTokens, limit);
            }
        }
    });

    private static double GoodDecisions(NoisyOracleOptions options)
    {
        var (oracle, score) = (Oracle(options), new LengthScore());
        for (var id = 0; id < 500; id++) score.Add(Ask(oracle, id), True(id));
        return score.GoodDecisions()!.Value;
    }

    private static NoisyOracle Oracle(NoisyOracleOptions options) => new(facts => True((int)facts.Id.Value), options);

    private static int True(int id) => 1 + (id * 7919 % 500);

    private static (int Mean, int Upper) Numbers(LengthBelief belief) => (belief.MeanTokens, belief.UpperTokens);

    private static LengthBelief Ask(NoisyOracle oracle, int id, int generated = 0, int limit = 100_000)
    {
        var facts = new RequestFacts { Id = new RequestId(id), PromptTokens = 1, OutputTokensMax = limit, ArrivalUs = 0 };
        return oracle.Predict(new LengthQuery(facts, generated, limit), oracle.NewState());
    }
}
