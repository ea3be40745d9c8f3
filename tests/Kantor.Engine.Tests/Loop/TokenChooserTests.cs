using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Sampling;

namespace Kantor.Engine.Tests.Loop;

public class TokenChooserTests
{
    [Fact]
    public void Every_token_comes_with_its_log_probability_and_alternatives__F8()
    {
        var bench = new EngineBench(new ScriptedBackendOptions { EndsOneIn = null });
        var answer = bench.Submit(EngineBench.Request("How likely", 30) with { TopLogprobs = 3 });
        bench.Run(answer);
        var entries = answer.Deltas.SelectMany(delta => delta.Logprobs).ToList();
        Assert.Equal(answer.Finish.GeneratedTokens, entries.Count);
        Assert.All(entries, entry =>
        {
            Assert.Equal(3, entry.Top.Count);
            Assert.Equal((entry.Token, entry.Logprob), (entry.Top[0].Token, entry.Top[0].Logprob));
            Assert.InRange(entry.Logprob, -9999, 0);
            Assert.True(entry.Top[0].Logprob >= entry.Top[1].Logprob && entry.Top[1].Logprob >= entry.Top[2].Logprob);
        });
        Assert.Equal(answer.Text, System.Text.Encoding.UTF8.GetString([.. entries.SelectMany(entry => entry.Bytes)]));
    }

    [Fact]
    public void Log_probabilities_are_those_of_the_model_whatever_bias_and_temperature_do()
    {
        var request = EngineBench.Request("How likely", 1) with { TopLogprobs = 1 };
        var options = new ScriptedBackendOptions { EndsOneIn = null };
        var plain = EngineBench.Alone(request, options).Deltas[0].Logprobs[0];
        var bans = new Dictionary<int, double> { [plain.Token] = -100 };
        var biased = EngineBench.Alone(request with { Sampling = new SamplingSpec { Temperature = 0.3, Seed = 1, LogitBias = bans } }, options).Deltas[0].Logprobs[0];
        Assert.NotEqual(plain.Token, biased.Token);
        Assert.Equal((plain.Token, plain.Logprob), (biased.Top[0].Token, biased.Top[0].Logprob));
        Assert.True(biased.Logprob < plain.Logprob);
    }

    [Fact]
    public void Without_being_asked_for_there_are_none()
    {
        var answer = EngineBench.Alone(EngineBench.Request("How likely", 5));
        Assert.All(answer.Deltas, delta => Assert.Empty(delta.Logprobs));
    }
}
