using Kantor.Core.Batching.Policies.Predicted;
using Kantor.Core.Decisions;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.Predicted;

public class GittinsPlannerTests
{
    /// <summary>A law of a few lengths, each as likely.</summary>
    private sealed class EquallyLikely(params int[] lengths) : ILengthLaw
    {
        public double Survival(int tokens, int given) => (double)lengths.Count(length => length > tokens) / lengths.Count(length => length > given);

        public int Quantile(double share, int given)
        {
            var left = lengths.Where(length => length > given).Order().ToArray();
            return left[(int)Math.Ceiling((share * left.Length) - 1e-9) - 1];
        }

        public LengthBelief Belief(int generated)
        {
            var left = lengths.Where(length => length > generated).ToArray();
            return new LengthBelief((int)left.Average(), left.Max()) { Law = this, GeneratedTokens = generated, OutputTokensMax = 1_000 };
        }
    }

    [Fact]
    public void The_index_of_two_lengths_is_the_textbook_s()
    {
        var law = new EquallyLikely(2, 100);
        // To serve 2 ends half of them for 2 tokens; to serve all takes 51 in the mean. After 2 the long one has 98 left.
        Assert.Equal(0.5 / 2, GittinsIndex.Of(law.Belief(0), 0), 12);
        Assert.Equal(1.0 / 98, GittinsIndex.Of(law.Belief(2), 2), 12);
        // Lengths of 40 and 60: there is nothing in stopping early.
        Assert.Equal(1.0 / 50, GittinsIndex.Of(new EquallyLikely(40, 60).Belief(0), 0), 12);
    }

    [Fact]
    public void In_token_rounds_it_counts_what_is_held()
    {
        // 10 held: 2 tokens hold 11 + 12.
        Assert.Equal(0.5 / 23, GittinsIndex.Of(new EquallyLikely(2, 100).Belief(0), 0, heldTokens: 10), 12);
    }

    [Fact]
    public void A_certain_length_has_the_index_of_the_shortest_remainder_or_the_smallest_volume()
    {
        Assert.Equal(1.0 / 30, GittinsIndex.Of(new LengthBelief(40, 40), 10), 12);
        Assert.Equal(1.0 / Kantor.Core.Occupancy.KvTrapezoid.Volume(7, 30), GittinsIndex.Of(new LengthBelief(40, 40), 10, heldTokens: 7), 12);
    }

    /// <summary>The index against its definition, with every amount of service tried and sums over tokens.</summary>
    [Fact]
    public void It_is_the_best_ratio_over_all_amounts_of_service() => TestSeed.Each(200, seed =>
    {
        var random = new RandomStream(seed, "gittins");
        int[] lengths = [.. Enumerable.Range(0, 1 + random.NextInt(16)).Select(_ => 1 + random.NextInt(60))];
        var generated = random.NextInt(lengths.Max());
        var left = lengths.Where(length => length > generated).ToArray();
        // Quantiles of sixteenths are all lengths of a law of 1, 2, 4, 8 or 16.
        if (!int.IsPow2(left.Length)) return;
        foreach (var held in new int?[] { null, 9 })
        {
            var best = Enumerable.Range(1, 60).Max(served => left.Count(length => length <= generated + served)
                / left.Sum(length => Enumerable.Range(1, Math.Min(length - generated, served)).Sum(token => held is { } tokens ? (double)tokens + token : 1)));
            Assert.Equal(best, GittinsIndex.Of(new EquallyLikely(lengths).Belief(generated), generated, held), 9);
        }
    });

    /// <summary>
    /// Mostly 2 tokens, else 60: a request that has passed 2 is long, and goes behind the fresh ones, which mean beliefs alone do not say of one
    /// that is old.
    /// </summary>
    [Fact]
    public void Who_has_passed_the_likely_end_gives_way_to_the_fresh_if_told()
    {
        Job[] jobs = [Job(0, 0, 4, 60), .. Enumerable.Range(1, 8).Select(id => Job(id, 5, 4, 2))];
        var preempting = Run(new GittinsPlanner(new GittinsOptions { Preempts = true }), jobs, running: 1, predictor: new Bimodal()).ToEnd();
        Assert.Equal((1, 5), (preempting.Traces[0].Preemptions, preempting.Traces[1].FirstStep));
        Assert.All(Enumerable.Range(1, 8), id => Assert.True(preempting.Traces[id].EndStep < preempting.Traces[0].EndStep));
        Assert.Equal(0, Run(new GittinsPlanner(), jobs, running: 1, predictor: new Bimodal()).ToEnd().Scheduler.Counters.Preemptions);
    }

    [Fact]
    public void Memory_aware_long_prompts_go_behind()
    {
        var view = new ViewBuilder { StepTokensMax = 200 };
        view.Waiting(prompt: 90, believed: 10);
        view.Waiting(prompt: 5, believed: 20);
        Assert.Equal([0, 1], Rows(new GittinsOptions()));
        Assert.Equal([1, 0], Rows(new GittinsOptions { MemoryAware = true }));
        int[] Rows(GittinsOptions options) => [.. view.Plan(new GittinsPlanner(options)).Grants.ToArray().Select(grant => grant.Row)];
    }

    private sealed class Bimodal : ILengthPredictor
    {
        private static readonly EquallyLikely Law = new(2, 2, 2, 60);

        public string Name => "bimodal";

        public PolicyState NewState() => new();

        public LengthBelief Predict(in LengthQuery query, PolicyState state) => Law.Belief(query.GeneratedTokens) with { OutputTokensMax = query.OutputTokensMax };
    }
}
