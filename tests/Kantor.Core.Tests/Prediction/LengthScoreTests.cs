using Kantor.Core.Decisions;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Prediction;

public class LengthScoreTests
{
    [Fact]
    public void Good_decisions_are_pairs_in_the_right_order_and_ties_are_half_good() => TestSeed.Each(200, seed =>
    {
        var random = new RandomStream(seed, "score");
        var pairs = Enumerable.Range(0, 1 + random.NextInt(40)).Select(_ => (Believed: random.NextInt(12), True: 1 + random.NextInt(9))).ToArray();
        var score = new LengthScore();
        foreach (var (believed, length) in pairs) score.Add(new LengthBelief(believed, believed), length);
        var decided = (
            from one in pairs
            from other in pairs
            where one.True < other.True
            select one.Believed < other.Believed ? 1.0 : one.Believed == other.Believed ? 0.5 : 0).ToArray();
        if (decided.Length == 0) Assert.Null(score.GoodDecisions());
        else Assert.Equal(decided.Average(), score.GoodDecisions()!.Value, 1e-9);
    });

    [Fact]
    public void Error_and_coverage_are_over_all_beliefs()
    {
        var score = new LengthScore();
        score.Add(new LengthBelief(10, 20), 20);
        score.Add(new LengthBelief(10, 20), 30);
        Assert.Equal((2, 0.5, 0.6), (score.Count, score.Coverage, score.ErrorShare));
    }

    [Fact]
    public void A_scorer_takes_what_was_believed_on_arrival_and_only_whole_answers()
    {
        var score = new LengthScore();
        var scorer = BeliefScorer.Of(new ConstantLengthPredictor(7), score);
        RequestFacts[] requests = [.. Enumerable.Range(0, 2).Select(id => new RequestFacts { Id = new RequestId(id), PromptTokens = 1, OutputTokensMax = 50, ArrivalUs = 0 })];
        foreach (var request in requests) scorer.Arrived(request, (int)request.Id.Value);
        scorer.Ended(requests[0], 0, new RequestEnd(RequestOutcome.Stopped, 14, 0));
        scorer.Ended(requests[1], 1, new RequestEnd(RequestOutcome.Cancelled, 3, 0));
        Assert.Equal((1, 0.5), (score.Count, score.ErrorShare));
    }
}
