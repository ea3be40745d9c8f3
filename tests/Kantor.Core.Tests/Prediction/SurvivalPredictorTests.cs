using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Prediction;

public class SurvivalPredictorTests
{
    private static readonly ClassId Chat = new(0);
    private static readonly SurvivalOptions Plain = new() { HalfLife = null, ObservationsMin = 1 };

    [Fact]
    public void Where_all_answers_are_whole_the_curve_is_their_share()
    {
        var learner = Learnt(Plain, Enumerable.Range(1, 20));
        var belief = learner.Predict(Chat, 0, 1000);
        for (var tokens = 0; tokens < 20; tokens++) Assert.Equal((20 - tokens) / 20.0, belief.Survival(tokens), 6);
        Assert.Equal(11, belief.MeanTokens);
        Assert.Equal(18, belief.UpperTokens);
        Assert.Equal(16, learner.Predict(Chat, 10, 1000).MeanTokens);
    }

    /// <summary>The six of Kaplan and Meier's way to count: ends at 2, 4 and 6 of six, four and two at risk, two cut.</summary>
    [Fact]
    public void Cut_answers_count_as_far_as_they_came()
    {
        var learner = new Learner(new SurvivalPredictor(Plain));
        learner.Learn(Chat, 2);
        learner.Learn(Chat, 3, outcome: RequestOutcome.LengthReached);
        learner.Learn(Chat, 4);
        learner.Learn(Chat, 5, outcome: RequestOutcome.Cancelled);
        learner.Learn(Chat, 6);
        learner.Learn(Chat, 9);
        var belief = learner.Predict(Chat, 0, 1000);
        Assert.Equal(5.0 / 6, belief.Survival(2), 9);
        Assert.Equal(5.0 / 6 * 3 / 4, belief.Survival(4), 9);
        Assert.Equal(5.0 / 6 * 3 / 4 * 1 / 2, belief.Survival(6), 9);
        Assert.Equal(5.0 / 6 * 3 / 4 * 1 / 2, belief.Survival(8), 9);
        Assert.Equal(0, belief.Survival(9), 6);
    }

    [Fact]
    public void A_quantile_is_the_first_length_that_the_share_is_at_most_as_long_as() => TestSeed.Each(30, seed =>
    {
        var random = new RandomStream(seed, "quantile");
        var learner = new Learner(new SurvivalPredictor(Plain with { HalfLife = random.NextInt(2) == 0 ? null : 20 }));
        var longest = 1 + random.NextInt(4_000);
        for (var answer = random.NextInt(60); answer >= 0; answer--)
        {
            learner.Learn(Chat, 1 + random.NextInt(longest), outcome: random.NextInt(5) == 0 ? RequestOutcome.LengthReached : RequestOutcome.Stopped);
        }

        for (var trial = 0; trial < 20; trial++)
        {
            var given = random.NextInt(2) == 0 ? 0 : random.NextInt(2 * longest);
            var share = random.NextDouble();
            var belief = learner.Predict(Chat, given, 1_000_000_000);
            var quantile = belief.Quantile(share);
            Assert.True(quantile > given);
            Assert.True(belief.Survival(quantile) <= 1 - share + 1e-12, $"{quantile} is short of {share}");
            if (quantile > given + 1) Assert.True(belief.Survival(quantile - 1) > 1 - share, $"{quantile} is too long for {share}");
        }
    });

    [Fact]
    public void What_still_runs_counts_as_far_as_it_came()
    {
        var without = Learnt(Plain, Enumerable.Repeat(10, 10));
        Assert.Equal(10, without.Predict(Chat, 0, 1000).MeanTokens);
        var with = new Learner(new SurvivalPredictor(Plain));
        for (var slot = 1; slot <= 10; slot++) with.Run(Chat, slot, 100);
        for (var end = 0; end < 10; end++) with.Learn(Chat, 10);
        Assert.Equal(0.5, with.Predict(Chat, 0, 1000).Survival(10), 9);
    }

    [Fact]
    public void With_forgetting_the_curve_follows_a_change_that_it_ignores_without()
    {
        var outputs = Enumerable.Repeat(20, 500).Concat(Enumerable.Repeat(200, 100)).ToArray();
        Assert.InRange(Learnt(Plain with { HalfLife = 10 }, outputs).Predict(Chat, 0, 1000).MeanTokens, 190, 210);
        Assert.InRange(Learnt(Plain, outputs).Predict(Chat, 0, 1000).MeanTokens, 40, 60);
    }

    [Fact]
    public void The_mean_is_that_of_the_answer_as_its_limit_cuts_it() =>
        Assert.Equal((1 + 2 + 3 + (17 * 4) + 19) / 20, Learnt(Plain, Enumerable.Range(1, 20)).Predict(Chat, 0, 4).MeanTokens);

    /// <summary>
    /// Where a limit cuts most answers, whoever has a higher one is underrated by windows of finished answers, and not by the curve.
    /// </summary>
    [Fact]
    public void Limits_do_not_bias_it_as_they_do_windows() => TestSeed.Each(5, seed =>
    {
        var random = new RandomStream(seed, "limits");
        var (curve, window) = (new Learner(new SurvivalPredictor(Plain)), new Learner(new ClassQuantilePredictor(new ClassQuantileOptions { WindowMax = 20_000 })));
        for (var answer = 0; answer < 8_000; answer++)
        {
            var tokens = Geometric(random, 100);
            var limit = answer % 2 == 0 ? 50 : 5_000;
            foreach (var learner in new[] { curve, window }) Learn(learner, tokens, limit);
        }

        Assert.InRange(curve.Predict(Chat, 0, 100_000).MeanTokens, 93, 108);
        Assert.InRange(window.Predict(Chat, 0, 100_000).MeanTokens, 60, 80);
    });

    /// <summary>Calibration: of so many fresh answers the share that the upper belief says does not exceed it, at every stage.</summary>
    [Fact]
    public void The_upper_belief_holds_as_often_as_it_says() => TestSeed.Each(5, seed =>
    {
        var random = new RandomStream(seed, "calibration");
        var learner = new Learner(new SurvivalPredictor(Plain with { Quantile = 0.8 }));
        for (var answer = 0; answer < 4_000; answer++) learner.Learn(Chat, Mixed(random));
        foreach (var generated in (int[])[0, 30, 120])
        {
            var score = new LengthScore();
            while (score.Count < 3_000)
            {
                var tokens = Mixed(random);
                if (tokens > generated) score.Add(learner.Predict(Chat, generated, 100_000), tokens);
            }

            Assert.InRange(score.Coverage!.Value, 0.75, 0.86);
        }
    });

    private static int Geometric(RandomStream random, double mean) => 1 + (int)(Math.Log(1 - random.NextDouble()) / Math.Log(1 - (1 / mean)));

    /// <summary>Short and long answers, so that what is generated says much about what follows.</summary>
    private static int Mixed(RandomStream random) => Geometric(random, random.NextInt(3) == 0 ? 400 : 25);

    private static void Learn(Learner learner, int tokens, int limit) =>
        learner.Learn(Chat, Math.Min(tokens, limit), outcome: tokens > limit ? RequestOutcome.LengthReached : RequestOutcome.Stopped);

    private static Learner Learnt(SurvivalOptions options, IEnumerable<int> outputs)
    {
        var learner = new Learner(new SurvivalPredictor(options));
        foreach (var tokens in outputs) learner.Learn(Chat, tokens);
        return learner;
    }

    [Fact]
    public void Survival_falls_and_a_quantile_is_the_least_length_that_so_many_do_not_exceed__INV_PRED_2() => Laws.HoldForLists(operations =>
    {
        var learner = Learnt(Plain, operations.Select(number => 1 + (number % 300)).Append(9));
        foreach (var generated in (int[])[0, 20, 150])
        {
            var belief = learner.Predict(Chat, generated, 250);
            for (var tokens = generated; tokens < 260; tokens++) Assert.True(belief.Survival(tokens + 1) <= belief.Survival(tokens));
            foreach (var share in (double[])[0.1, 0.5, 0.9, 1])
            {
                var quantile = belief.Quantile(share);
                Assert.InRange(quantile, generated + 1, 250);
                Assert.True(belief.Survival(quantile) <= 1 - share + 1e-12);
                Assert.True(belief.Survival(quantile - 1) > 1 - share - 1e-12);
            }
        }
    });
}
