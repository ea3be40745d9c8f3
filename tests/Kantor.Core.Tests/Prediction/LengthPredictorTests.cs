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
            var predictor = PolicyCatalogue.Predictor(name);
            var random = new RandomStream(1, name);
            for (var i = 0; i < 5_000; i++)
            {
                var max = 1 + random.NextInt(1000);
                var query = new LengthQuery(new ClassId(random.NextInt(3)), 10, random.NextInt(max), max);
                var belief = predictor.Predict(query);
                Assert.InRange(belief.MeanTokens, query.GeneratedTokens + 1, max);
                Assert.InRange(belief.UpperTokens, belief.MeanTokens, max);
                predictor.Observe(query.Class, 10, 1 + random.NextInt(400));
            }
        }
    }

    [Fact]
    public void Quantile_and_mean_are_those_of_the_window()
    {
        var predictor = Learnt(new ClassQuantileOptions { Quantile = 0.9, WindowMax = 100 }, Enumerable.Range(1, 100));
        var belief = predictor.Predict(new LengthQuery(Chat, 1, 0, 1000));
        Assert.Equal(51, belief.MeanTokens);
        Assert.Equal(91, belief.UpperTokens);
    }

    [Fact]
    public void A_request_that_goes_on_is_compared_with_those_that_were_longer()
    {
        var predictor = Learnt(new ClassQuantileOptions { WindowMax = 100 }, Enumerable.Repeat(10, 50).Concat(Enumerable.Repeat(500, 50)));
        Assert.Equal(255, predictor.Predict(new LengthQuery(Chat, 1, 0, 1000)).MeanTokens);
        Assert.Equal(500, predictor.Predict(new LengthQuery(Chat, 1, 10, 1000)).MeanTokens);
    }

    [Fact]
    public void Beyond_everything_remembered_a_request_is_believed_half_over()
    {
        var predictor = Learnt(new ClassQuantileOptions(), Enumerable.Repeat(10, 20));
        Assert.Equal(600, predictor.Predict(new LengthQuery(Chat, 1, 300, 1000)).MeanTokens);
        Assert.Equal(350, predictor.Predict(new LengthQuery(Chat, 1, 300, 350)).MeanTokens);
    }

    [Fact]
    public void Before_enough_observations_the_prior_is_believed_and_classes_do_not_mix()
    {
        var predictor = Learnt(new ClassQuantileOptions { PriorTokens = 77, ObservationsMin = 5 }, Enumerable.Repeat(10, 4));
        Assert.Equal(77, predictor.Predict(new LengthQuery(Chat, 1, 0, 1000)).MeanTokens);
        predictor.Observe(Chat, 1, 10);
        Assert.Equal(10, predictor.Predict(new LengthQuery(Chat, 1, 0, 1000)).MeanTokens);
        Assert.Equal(77, predictor.Predict(new LengthQuery(new ClassId(1), 1, 0, 1000)).MeanTokens);
    }

    [Fact]
    public void The_oldest_observation_is_forgotten()
    {
        var predictor = Learnt(new ClassQuantileOptions { WindowMax = 20 }, Enumerable.Repeat(1000, 30).Concat(Enumerable.Repeat(4, 20)));
        Assert.Equal(new LengthBelief(4, 4), predictor.Predict(new LengthQuery(Chat, 1, 0, 2000)));
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

    private static ClassQuantilePredictor Learnt(ClassQuantileOptions options, IEnumerable<int> outputs)
    {
        var predictor = new ClassQuantilePredictor(options);
        foreach (var tokens in outputs) predictor.Observe(Chat, 1, tokens);
        return predictor;
    }
}
