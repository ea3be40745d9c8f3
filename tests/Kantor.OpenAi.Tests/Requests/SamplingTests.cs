using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Kantor.OpenAi.Errors;

namespace Kantor.OpenAi.Tests.Requests;

public class SamplingTests
{
    [Theory]
    [InlineData("\"NaN\"")]
    [InlineData("\"Infinity\"")]
    [InlineData("\"-Infinity\"")]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("-0.0")]
    [InlineData("\"0.7\"")]
    [InlineData("[1]")]
    [InlineData("true")]
    public void C3_A_temperature_that_is_not_a_finite_number_in_range_is_refused(string value)
    {
        var error = Bodies.RefusedWith($"\"temperature\":{value}");
        Assert.Equal("temperature", error.Param);
        Assert.Contains("'temperature'", error.Message);
    }

    [Fact]
    public void C3_Null_stands_for_the_default()
    {
        var fields = Bodies.AcceptedWith(
            """ "temperature":null,"top_p":null,"top_k":null,"min_p":null,"presence_penalty":null,"frequency_penalty":null,"repetition_penalty":null,"seed":null,"logit_bias":null,"max_tokens":null,"n":null,"stop":null,"stream":null,"stream_options":null,"priority":null,"user":null """);
        Assert.Equal(1, fields.Sampling.Temperature);
        Assert.Equal(1, fields.Sampling.TopP);
        Assert.Null(fields.Sampling.TopK);
        Assert.Null(fields.Sampling.Seed);
        Assert.Equal(1, fields.Choices);
        Assert.Null(fields.OutputTokensMax);
        Assert.Empty(fields.Stop);
        Assert.False(fields.Stream);
    }

    [Theory]
    [InlineData("n", "\"7\"")]
    [InlineData("n", "1.0")]
    [InlineData("n", "1e0")]
    [InlineData("n", "0")]
    [InlineData("n", "-1")]
    [InlineData("n", "129")]
    [InlineData("n", "2147483648")]
    [InlineData("n", "9223372036854775808")]
    [InlineData("max_tokens", "0")]
    [InlineData("max_tokens", "-1")]
    [InlineData("max_tokens", "2147483648")]
    [InlineData("max_tokens", "9223372036854775808")]
    [InlineData("max_tokens", "16.0")]
    [InlineData("priority", "1.5")]
    [InlineData("priority", "99999999999")]
    public void C4_D4_Whole_numbers_are_whole_and_in_range(string name, string value) =>
        Assert.Equal(name, Bodies.RefusedWith($"\"{name}\":{value}").Param);

    [Theory]
    [InlineData("temperature", "-1")]
    [InlineData("temperature", "2.0000001")]
    [InlineData("temperature", "1e30")]
    [InlineData("temperature", "1e-45")]
    [InlineData("top_p", "0")]
    [InlineData("top_p", "1.0000001")]
    [InlineData("top_k", "-2")]
    [InlineData("top_k", "-2147483648")]
    [InlineData("min_p", "1.1")]
    [InlineData("min_p", "-0.1")]
    [InlineData("repetition_penalty", "0")]
    [InlineData("repetition_penalty", "-1")]
    [InlineData("repetition_penalty", "\"NaN\"")]
    [InlineData("repetition_penalty", "100.00001")]
    [InlineData("presence_penalty", "2.1")]
    [InlineData("presence_penalty", "-2.1")]
    [InlineData("frequency_penalty", "2.1")]
    [InlineData("frequency_penalty", "-2.1")]
    public void D1_D2_D3_Sampling_values_out_of_range_are_refused_by_name(string name, string value) =>
        Assert.Equal(name, Bodies.RefusedWith($"\"{name}\":{value}").Param);

    [Theory]
    [InlineData("\"temperature\":0", 0)]
    [InlineData("\"temperature\":2", 2)]
    [InlineData("\"temperature\":0.000001", 1e-6)]
    [InlineData("\"temperature\":7e-1", 0.7)]
    public void D1_The_ends_of_the_range_belong_to_it(string member, double value) =>
        Assert.Equal(value, Bodies.AcceptedWith(member).Sampling.Temperature);

    [Fact]
    public void The_largest_repetition_penalty_is_100() => Assert.Equal(100, Bodies.AcceptedWith("\"repetition_penalty\":100").Sampling.RepetitionPenalty);

    [Fact]
    public void D2_A_top_k_beyond_any_vocabulary_is_documented_to_keep_every_token() =>
        Assert.Equal(int.MaxValue, Bodies.AcceptedWith("\"top_k\":2147483647").Sampling.TopK);

    [Theory]
    [InlineData("-1", -1L)]
    [InlineData("0", 0L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void D10_Any_seed_of_64_bits_is_taken_as_it_is(string text, long seed) =>
        Assert.Equal(seed, Bodies.AcceptedWith($"\"seed\":{text}").Sampling.Seed);

    [Theory]
    [InlineData("18446744073709551616")]
    [InlineData("\"7\"")]
    [InlineData("1.5")]
    public void D10_A_seed_that_is_no_number_of_64_bits_is_refused(string value) =>
        Assert.Equal("seed", Bodies.RefusedWith($"\"seed\":{value}").Param);

    [Theory]
    [InlineData("-1")]
    [InlineData("abc")]
    [InlineData("1e3")]
    [InlineData("2147483648")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("")]
    public void D8_A_bias_key_that_is_not_a_token_id_in_plain_digits_is_refused(string key) =>
        Assert.Equal($"logit_bias.{key}", Bodies.RefusedWith($"\"logit_bias\":{{\"{key}\":1}}").Param);

    [Theory]
    [InlineData("100.1")]
    [InlineData("\"1\"")]
    [InlineData("null")]
    [InlineData("1e999")]
    public void D8_A_bias_out_of_range_is_refused(string value) =>
        Assert.Equal("logit_bias.7", Bodies.RefusedWith($"\"logit_bias\":{{\"7\":{value}}}").Param);

    [Fact]
    public void D8_Biases_are_read()
    {
        var bias = Bodies.AcceptedWith("\"logit_bias\":{\"0\":-100,\"12\":5.5}").Sampling.LogitBias;
        Assert.Equal(new Dictionary<int, double> { [0] = -100, [12] = 5.5 }, bias);
    }

    [Fact]
    public void C8_More_bias_entries_than_the_limit_are_refused()
    {
        var entries = string.Join(',', Enumerable.Range(0, 1025).Select(i => $"\"{i}\":1"));
        Assert.Equal("logit_bias", Bodies.RefusedWith($"\"logit_bias\":{{{entries}}}").Param);
    }

    [Fact]
    public void Every_number_is_either_refused_or_arrives_finite_and_in_range__INV_SRV_2()
    {
        string[] names = ["temperature", "top_p", "min_p", "presence_penalty", "frequency_penalty", "repetition_penalty"];
        var numbers = Gen.OneOf(
            ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(x => x.ToString("R", CultureInfo.InvariantCulture)),
            Gen.Elements("1e999", "-1e999", "1e-400", "-0.0", "-0", "0", "1", "2", "1.0000000000000001", "5e-324"));
        Prop.ForAll(Gen.Elements(names).SelectMany(name => numbers.Select(number => (name, number))).ToArbitrary(), pair =>
        {
            var parsed = Bodies.ChatWith($"\"{pair.name}\":{pair.number}");
            if (!parsed.IsValid)
            {
                Assert.Equal(pair.name, Assert.Single(parsed.Errors).Param);
                return;
            }

            var sampling = parsed.Value.Generation.Sampling;
            Assert.True(sampling.Temperature is 0 or (>= 1e-6 and <= 2));
            Assert.True(sampling.TopP is > 0 and <= 1);
            Assert.True(sampling.MinP is >= 0 and <= 1);
            Assert.True(sampling.PresencePenalty is >= -2 and <= 2);
            Assert.True(sampling.FrequencyPenalty is >= -2 and <= 2);
            Assert.True(sampling.RepetitionPenalty is > 0 and <= 100);
        }).Holds();
    }
}
