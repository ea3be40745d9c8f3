using Kantor.Core.Prediction;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Prediction;

public class PromptHistogramTests
{
    private static readonly ClassId Chat = new(0);

    [Fact]
    public void Prompts_of_the_same_octave_are_alike_and_others_are_not()
    {
        var learner = Learnt();
        Assert.Equal(400, learner.Predict(Chat, 0, 1000, promptTokens: 15).MeanTokens);
        Assert.Equal(20, learner.Predict(Chat, 0, 1000, promptTokens: 16).MeanTokens);
        Assert.Equal(20, learner.Predict(Chat, 0, 1000, promptTokens: 31).MeanTokens);
    }

    [Fact]
    public void An_octave_without_answers_is_believed_like_the_class()
    {
        Assert.Equal(210, Learnt().Predict(Chat, 0, 1000, promptTokens: 500).MeanTokens);
        Assert.Equal(256, Learnt().Predict(new ClassId(1), 0, 1000, promptTokens: 500).MeanTokens);
    }

    [Fact]
    public void Who_outlasts_its_octave_is_believed_like_the_class() =>
        Assert.Equal(400, Learnt().Predict(Chat, 20, 1000, promptTokens: 20).MeanTokens);

    /// <summary>Where length follows from the prompt, it orders well what the class alone cannot order at all.</summary>
    [Fact]
    public void It_makes_better_decisions_than_the_class_where_prompts_tell()
    {
        Assert.Equal(0.5, GoodDecisions(new ClassQuantilePredictor()), 9);
        Assert.True(GoodDecisions(new PromptHistogramPredictor()) > 0.9);
    }

    private static double GoodDecisions(ILengthPredictor predictor)
    {
        var (learner, score) = (new Learner(predictor), new LengthScore());
        for (var answer = 0; answer < 400; answer++) learner.Learn(Chat, Output(answer), Prompt(answer));
        for (var answer = 0; answer < 200; answer++) score.Add(learner.Predict(Chat, 0, 10_000, Prompt(answer)), Output(answer));
        return score.GoodDecisions()!.Value;
    }

    private static int Prompt(int answer) => 1 << (answer % 8);

    private static int Output(int answer) => (10 * Prompt(answer)) + (answer % 3);

    private static Learner Learnt()
    {
        var learner = new Learner(new PromptHistogramPredictor());
        for (var answer = 0; answer < 64; answer++)
        {
            learner.Learn(Chat, 400, promptTokens: 8 + (answer % 8));
            learner.Learn(Chat, 20, promptTokens: 16 + (answer % 16));
        }

        return learner;
    }
}
