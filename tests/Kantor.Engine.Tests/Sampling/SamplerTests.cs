using FsCheck;
using FsCheck.Fluent;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Engine.Sampling;

namespace Kantor.Engine.Tests.Sampling;

public class SamplerTests
{
    // Several blocks of 64, the last one not full.
    private const int Vocabulary = 300;

    [Fact]
    public void Any_accepted_specification_gives_a_distribution_without_masked_tokens__D14_INV_ENG_4()
    {
        Prop.ForAll<int>(seed =>
        {
            var random = new RandomStream((ulong)seed, "distribution");
            var spec = RandomSpec(random);
            Assert.Null(spec.Validate(Vocabulary));
            var logits = RandomLogits(random);
            var masked = Enumerable.Range(0, Vocabulary)
                .Where(token => float.IsNegativeInfinity(logits[token]) || spec.LogitBias.GetValueOrDefault(token) == -100).ToHashSet();
            var sampler = new Sampler(Vocabulary);
            var history = Sampler.NeedsHistory(spec) ? RandomHistory(random) : null;
            var fault = sampler.Filter(logits, spec, history);
            if (masked.Count == Vocabulary)
            {
                Assert.Equal(SampleFault.NothingAllowed, fault);
                return;
            }

            Assert.Equal(SampleFault.None, fault);
            var sum = 0.0;
            for (var index = 0; index < sampler.CandidateCount; index++)
            {
                var probability = sampler.Probability(index);
                Assert.True(double.IsFinite(probability) && probability >= 0);
                if (masked.Contains(sampler.Candidate(index))) Assert.Equal(0, probability);
                sum += probability;
            }

            Assert.Equal(1, sum, 1e-6);
            for (var draw = 0; draw < 20; draw++) Assert.DoesNotContain(sampler.Draw(random), masked);
        }).Holds(2_000);
    }

    /// <summary>The guesses of the nucleus begin at 256 tokens, and peaks of any sharpness need one, the other or all.</summary>
    [Fact]
    public void A_nucleus_of_a_large_vocabulary_is_what_a_sorted_computation_keeps() => TestSeed.Each(60, seed =>
    {
        var random = new RandomStream(seed, "nucleus");
        var sharpness = random.NextDouble() * 12;
        var logits = Enumerable.Range(0, 1 + random.NextInt(20_000)).Select(_ => (float)(sharpness * random.NextDouble())).ToArray();
        var spec = new SamplingSpec { Temperature = 0.7, TopP = 0.05 + (0.94 * random.NextDouble()) };
        var sampler = new Sampler(logits.Length);
        Assert.Equal(SampleFault.None, sampler.Filter(logits, spec, null));
        var sorted = logits.OrderDescending().Select(logit => Math.Exp((logit - logits.Max()) / 0.7)).ToArray();
        var wanted = spec.TopP * sorted.Sum();
        var (kept, sum) = (0, 0.0);
        while (sum < wanted) sum += sorted[kept++];
        Assert.InRange(sampler.CandidateCount, kept - 1, kept + 1);
        for (var index = 1; index < sampler.CandidateCount; index++)
        {
            Assert.True(logits[sampler.Candidate(index - 1)] >= logits[sampler.Candidate(index)]);
        }

        Assert.Equal(logits.Max(), logits[sampler.Candidate(0)]);
        Assert.Equal(sorted[sampler.CandidateCount - 1], Math.Exp((logits[sampler.Candidate(sampler.CandidateCount - 1)] - logits.Max()) / 0.7), 1e-6);
    });

    [Fact]
    public void The_cut_offs_keep_what_a_plain_sorted_computation_keeps()
    {
        Prop.ForAll<int>(seed =>
        {
            var random = new RandomStream((ulong)seed, "cut-offs");
            var spec = RandomSpec(random) with
            {
                Temperature = 0.5 + random.NextDouble(),
                LogitBias = new Dictionary<int, double>(),
                PresencePenalty = 0,
                FrequencyPenalty = 0,
                RepetitionPenalty = 1,
            };
            var logits = Enumerable.Range(0, Vocabulary).Select(_ => (float)((random.NextDouble() * 12) - 6)).ToArray();
            var expected = Plain(logits, spec);
            var sampler = new Sampler(Vocabulary);
            Assert.Equal(SampleFault.None, sampler.Filter(logits, spec, null));
            Assert.Equal(expected.Keys.Order(), Enumerable.Range(0, sampler.CandidateCount).Select(sampler.Candidate).Order());
            for (var index = 0; index < sampler.CandidateCount; index++)
            {
                Assert.Equal(expected[sampler.Candidate(index)], sampler.Probability(index), 1e-5);
            }
        }).Holds(1_000);
    }

    [Theory]
    [InlineData(1.0, null, 1.0, 0.0)]
    [InlineData(0.7, 5, 1.0, 0.0)]
    [InlineData(1.3, null, 0.8, 0.0)]
    [InlineData(1.0, null, 1.0, 0.1)]
    public void Draws_follow_the_distribution(double temperature, int? topK, double topP, double minP)
    {
        var spec = new SamplingSpec { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP };
        var logits = Enumerable.Range(0, 10).Select(token => (float)Math.Sin(token * 1.7) * 2).ToArray();
        var expected = Plain(logits, spec);
        var counts = new int[10];
        var sampler = new Sampler(10);
        var random = new RandomStream(7, "draws");
        const int Draws = 40_000;
        for (var draw = 0; draw < Draws; draw++)
        {
            Assert.Equal(SampleFault.None, sampler.Sample([.. logits], spec, null, random, out var token));
            counts[token]++;
        }

        var chiSquare = expected.Sum(entry => Math.Pow(counts[entry.Key] - (Draws * entry.Value), 2) / (Draws * entry.Value));

        // The 0.999 quantile of chi-square with 9 degrees of freedom; fewer candidates have a lower one.
        Assert.True(chiSquare < 27.9, $"chi-square is {chiSquare}");
        Assert.Equal(Draws, expected.Keys.Sum(token => counts[token]));
    }

    /// <summary>The smallest set whose probabilities sum to at least top-p: one that sums to exactly that much needs no further token.</summary>
    [Theory]
    [InlineData(0.25, 1)]
    [InlineData(0.5, 2)]
    [InlineData(0.51, 3)]
    [InlineData(0.75, 3)]
    public void Top_p_that_is_reached_exactly_keeps_no_more(double topP, int kept)
    {
        foreach (var topK in (int?[])[null, 4])
        {
            var sampler = new Sampler(5);
            Assert.Equal(SampleFault.None, sampler.Filter([1, 1, 1, 1, float.NegativeInfinity], new SamplingSpec { TopP = topP, TopK = topK }, null));
            Assert.Equal(kept, sampler.CandidateCount);
        }
    }

    [Fact]
    public void Greedy_takes_the_lowest_of_equals()
    {
        Assert.Equal(2, Take([1, 3, 5, 5, 5], new SamplingSpec { Temperature = 0 }));
        Assert.Equal(2, Take([1, 3, 5, 5, 5], new SamplingSpec { TopK = 1 }));
        Assert.Equal(0, Take([-0f, 0f], new SamplingSpec { Temperature = 0 }));
    }

    [Fact]
    public void A_temperature_too_small_to_divide_by_is_greedy__D1() =>
        Assert.Equal(1, Take([1, 1.0000001f, 0], new SamplingSpec { Temperature = 1e-45 }));

    [Fact]
    public void A_bias_of_minus_hundred_bans_and_others_add()
    {
        Assert.Equal(1, Take([500, 3, 1], new SamplingSpec { Temperature = 0, LogitBias = new Dictionary<int, double> { [0] = -100 } }));
        Assert.Equal(2, Take([5, 3, 1], new SamplingSpec { Temperature = 0, LogitBias = new Dictionary<int, double> { [2] = 4.5 } }));
    }

    [Fact]
    public void Penalties_follow_their_formulas()
    {
        var history = new TokenHistory([0, 1]);
        history.Add(2);
        history.Add(2);
        history.Add(3);
        var spec = new SamplingSpec { PresencePenalty = 0.5, FrequencyPenalty = 0.25, RepetitionPenalty = 2 };
        float[] logits = [4, -4, 4, -4, 4];
        Assert.Equal(SampleFault.None, new Sampler(5).Filter(logits, spec, history));
        Assert.Equal([2, -8, 2 - 0.5f - 0.5f, -8 - 0.5f - 0.25f, 4], logits);
    }

    [Fact]
    public void Bias_comes_before_penalties()
    {
        var history = new TokenHistory([]);
        history.Add(0);
        float[] logits = [1, 0];
        new Sampler(2).Filter(logits, new SamplingSpec { RepetitionPenalty = 2, LogitBias = new Dictionary<int, double> { [0] = 3 } }, history);
        Assert.Equal(2, logits[0]);
    }

    [Theory]
    [InlineData(float.NaN, SampleFault.NotANumber)]
    [InlineData(float.PositiveInfinity, SampleFault.NotANumber)]
    [InlineData(float.NegativeInfinity, SampleFault.None)]
    public void A_logit_that_is_not_a_number_is_a_fault_wherever_it_stands__G13(float value, SampleFault expected)
    {
        foreach (var temperature in new[] { 0.0, 1.0 })
        {
            for (var place = 0; place < 19; place++)
            {
                var logits = new float[19];
                logits[place] = value;
                Assert.Equal(expected, new Sampler(19).Sample(logits, new SamplingSpec { Temperature = temperature }, null, new RandomStream(1, "any"), out var token));
                if (expected == SampleFault.None) Assert.NotEqual(place, token);
            }
        }
    }

    [Fact]
    public void A_wholly_masked_vocabulary_is_a_fault__D9()
    {
        float[] logits = [.. Enumerable.Repeat(float.NegativeInfinity, 9)];
        Assert.Equal(SampleFault.NothingAllowed, new Sampler(9).Sample(logits, new SamplingSpec(), null, new RandomStream(1, "any"), out _));
        var bans = Enumerable.Range(0, 9).ToDictionary(token => token, _ => -100.0);
        Assert.Equal(SampleFault.NothingAllowed, new Sampler(9).Sample(new float[9], new SamplingSpec { LogitBias = bans, Temperature = 0 }, null, new RandomStream(1, "any"), out _));
    }

    [Fact]
    public void Sampling_allocates_nothing_once_it_has_begun()
    {
        var sampler = new Sampler(2_000);
        var random = new RandomStream(3, "steady");
        var history = new TokenHistory([1, 2, 3]);
        var specs = new[]
        {
            new SamplingSpec { Temperature = 0 },
            new SamplingSpec(),
            new SamplingSpec { TopK = 40, TopP = 0.9, MinP = 0.05 },
            new SamplingSpec { FrequencyPenalty = 1 },
        };
        var logits = new float[2_000];
        AllocationGate.Check("sampling of four specs", Round, warmUp: 5, runs: 50);

        void Round()
        {
            foreach (var spec in specs)
            {
                for (var token = 0; token < logits.Length; token++) logits[token] = (float)random.NextDouble() * 9;
                sampler.Sample(logits, spec, Sampler.NeedsHistory(spec) ? history : null, random, out _);
            }
        }
    }

    private static int Take(float[] logits, SamplingSpec spec)
    {
        Assert.Equal(SampleFault.None, new Sampler(logits.Length).Sample(logits, spec, null, new RandomStream(1, "take"), out var token));
        return token;
    }

    /// <summary>Softmax, then each cut-off on the renormalised rest, in double precision.</summary>
    private static Dictionary<int, double> Plain(float[] logits, SamplingSpec spec)
    {
        var kept = logits.Select((logit, token) => (Token: token, Weight: Math.Exp(logit / spec.Temperature)))
            .OrderByDescending(entry => entry.Weight).ThenBy(entry => entry.Token).ToList();
        if (spec.TopK is { } count) kept = [.. kept.Take(count)];
        var (total, sum) = (kept.Sum(entry => entry.Weight), 0.0);
        kept = [.. kept.TakeWhile(entry => Add(ref sum, entry.Weight) < spec.TopP * total)];
        kept = [.. kept.Where(entry => entry.Weight >= spec.MinP * kept[0].Weight)];
        total = kept.Sum(entry => entry.Weight);
        return kept.ToDictionary(entry => entry.Token, entry => entry.Weight / total);

        static double Add(ref double sum, double weight)
        {
            var before = sum;
            sum += weight;
            return before;
        }
    }

    private static SamplingSpec RandomSpec(RandomStream random) => new()
    {
        Temperature = random.NextInt(4) switch { 0 => 0, 1 => 1e-45, 2 => 2, _ => random.NextDouble() * 2 },
        TopP = random.NextInt(3) switch { 0 => 1, 1 => 1e-300, _ => 1 - random.NextDouble() },
        TopK = random.NextInt(2) == 0 ? null : 1 + random.NextInt(Vocabulary + 5),
        MinP = random.NextInt(3) switch { 0 => 0, 1 => 1, _ => random.NextDouble() },
        PresencePenalty = random.NextInt(2) == 0 ? 0 : (random.NextDouble() * 4) - 2,
        FrequencyPenalty = random.NextInt(2) == 0 ? 0 : (random.NextDouble() * 4) - 2,
        RepetitionPenalty = random.NextInt(3) switch { 0 => 1, 1 => 1e-300, _ => 100 * (1 - random.NextDouble()) },
        LogitBias = Enumerable.Range(0, random.NextInt(Vocabulary + 1)).ToDictionary(token => token, _ => random.NextInt(2) == 0 ? -100.0 : (random.NextDouble() * 200) - 100),
    };

    private static float[] RandomLogits(RandomStream random)
    {
        var scale = random.NextInt(4) switch { 0 => 1f, 1 => 1e30f, 2 => float.MaxValue, _ => 20f };
        return [.. Enumerable.Range(0, Vocabulary).Select(_ => random.NextInt(8) == 0 ? float.NegativeInfinity : (float)((random.NextDouble() * 2) - 1) * scale)];
    }

    private static TokenHistory RandomHistory(RandomStream random)
    {
        var history = new TokenHistory([.. Enumerable.Range(0, random.NextInt(20)).Select(_ => random.NextInt(Vocabulary))]);
        for (var count = random.NextInt(50); count > 0; count--) history.Add(random.NextInt(Vocabulary));
        return history;
    }
}
