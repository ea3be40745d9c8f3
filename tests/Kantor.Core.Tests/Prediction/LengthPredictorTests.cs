using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Prediction;

public class LengthPredictorTests
{
    private static readonly ClassId Chat = new(0);

    [Fact]
    public void Every_belief_lies_between_what_is_generated_and_what_is_declared__INV_PRED_1()
    {
        foreach (var name in PolicyCatalogue.PredictorNames)
        {
            var predictor = new Learner(PolicyCatalogue.Predictor(name));
            var random = new RandomStream(1, name);
            for (var i = 0; i < 5_000; i++)
            {
                var max = 1 + random.NextInt(1000);
                var requestClass = new ClassId(random.NextInt(3));
                var generated = random.NextInt(max);
                var belief = predictor.Predict(requestClass, generated, max);
                Assert.InRange(belief.MeanTokens, generated + 1, max);
                Assert.InRange(belief.UpperTokens, belief.MeanTokens, max);
                predictor.Learn(requestClass, 1 + random.NextInt(400));
            }
        }
    }

    [Fact]
    public void Quantile_and_mean_are_those_of_the_window()
    {
        var predictor = Learnt(new ClassQuantileOptions { Quantile = 0.9, WindowMax = 100 }, Enumerable.Range(1, 100));
        var belief = predictor.Predict(Chat, 0, 1000);
        Assert.Equal(51, belief.MeanTokens);
        Assert.Equal(91, belief.UpperTokens);
    }

    [Fact]
    public void A_request_that_goes_on_is_compared_with_those_that_were_longer()
    {
        var predictor = Learnt(new ClassQuantileOptions { WindowMax = 100 }, Enumerable.Repeat(10, 50).Concat(Enumerable.Repeat(500, 50)));
        Assert.Equal(255, predictor.Predict(Chat, 0, 1000).MeanTokens);
        Assert.Equal(500, predictor.Predict(Chat, 10, 1000).MeanTokens);
    }

    [Fact]
    public void Beyond_everything_remembered_a_request_is_believed_half_over()
    {
        var predictor = Learnt(new ClassQuantileOptions(), Enumerable.Repeat(10, 20));
        Assert.Equal(600, predictor.Predict(Chat, 300, 1000).MeanTokens);
        Assert.Equal(350, predictor.Predict(Chat, 300, 350).MeanTokens);
    }

    [Fact]
    public void Before_enough_observations_the_prior_is_believed_and_classes_do_not_mix()
    {
        var predictor = Learnt(new ClassQuantileOptions { PriorTokens = 77, ObservationsMin = 5 }, Enumerable.Repeat(10, 4));
        Assert.Equal(77, predictor.Predict(Chat, 0, 1000).MeanTokens);
        predictor.Learn(Chat, 10);
        Assert.Equal(10, predictor.Predict(Chat, 0, 1000).MeanTokens);
        Assert.Equal(77, predictor.Predict(new ClassId(1), 0, 1000).MeanTokens);
    }

    [Fact]
    public void The_oldest_observation_is_forgotten()
    {
        var predictor = Learnt(new ClassQuantileOptions { WindowMax = 20 }, Enumerable.Repeat(1000, 30).Concat(Enumerable.Repeat(4, 20)));
        var belief = predictor.Predict(Chat, 0, 2000);
        Assert.Equal((4, 4), (belief.MeanTokens, belief.UpperTokens));
    }

    [Fact]
    public void The_window_keeps_exactly_the_last_lengths() => Laws.HoldForLists(operations =>
    {
        var window = new LengthWindow(7);
        for (var i = 0; i < operations.Length; i++)
        {
            window.Add(operations[i] % 50);
            var last = operations[Math.Max(0, i - 6)..(i + 1)].Select(number => number % 50).Where(tokens => tokens > 20).Order().ToArray();
            Assert.Equal(last.Length > 0, window.TryConditional(20, 0.5, out var mean, out var upper));
            if (last.Length == 0) continue;
            Assert.Equal((int)Math.Ceiling(last.Average()), mean);
            Assert.Equal(last[last.Length / 2], upper);
        }
    });

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassQuantilePredictor(new ClassQuantileOptions { Quantile = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassQuantilePredictor(new ClassQuantileOptions { Quantile = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassQuantilePredictor(new ClassQuantileOptions { WindowMax = 4, ObservationsMin = 5 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClassQuantilePredictor(new ClassQuantileOptions { PriorTokens = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConstantLengthPredictor(0));
    }

    [Fact]
    public void The_law_is_that_of_the_window_given_what_is_generated()
    {
        var belief = Learnt(new ClassQuantileOptions { WindowMax = 100 }, Enumerable.Range(1, 100)).Predict(Chat, 40, 90);
        Assert.Equal(1, belief.Survival(40));
        Assert.Equal(40.0 / 60, belief.Survival(60), 12);
        Assert.Equal(0, belief.Survival(90));
        Assert.Equal(70, belief.Quantile(0.5));
        Assert.Equal(41, belief.Quantile(1e-9));
        Assert.Equal(90, belief.Quantile(1));
    }

    [Fact]
    public void Survival_falls_and_a_quantile_is_the_least_length_that_so_many_do_not_exceed__INV_PRED_2() => Laws.HoldForLists(operations =>
    {
        var learner = Learnt(new ClassQuantileOptions { WindowMax = 64, ObservationsMin = 1 }, operations.Select(number => 1 + (number % 300)));
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

    [Fact]
    public void A_belief_without_a_law_takes_its_mean_for_certain()
    {
        var belief = new Learner(new ConstantLengthPredictor(30)).Predict(Chat, 0, 100);
        Assert.Equal((1, 0, 30), (belief.Survival(29), belief.Survival(30), belief.Quantile(0.5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => belief.Quantile(0));
    }

    private static Learner Learnt(ClassQuantileOptions options, IEnumerable<int> outputs)
    {
        var learner = new Learner(new ClassQuantilePredictor(options));
        foreach (var tokens in outputs) learner.Learn(Chat, tokens);
        return learner;
    }
}
