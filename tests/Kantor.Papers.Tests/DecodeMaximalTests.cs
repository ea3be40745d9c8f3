using static Kantor.Papers.Studies.DecodeMaximalStudy;

namespace Kantor.Papers.Tests;

/// <summary>
/// SARATHI (arXiv 2308.16369): chunks with piggy-backed decodes against prompts first and decodes after, in batches of the same size, on
/// Yi-34B, TP2, A100 (research notes, scheduling 6a and 6b). Requests are alike; the sum of prompt and output is fixed, their ratio P:D is swept.
/// </summary>
public class DecodeMaximalTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(512, 6)]
    [InlineData(512, 12)]
    public void ACC_6a_the_gain_rises_to_where_the_chunks_carry_all_decodes_and_falls_behind(int stepTokens, int batch)
    {
        var gains = Ratios.Select(ratio => (Ratio: ratio, Gain: Gain(ratio, stepTokens, batch))).ToArray();
        var peak = gains.MaxBy(entry => entry.Gain);
        var carriesAll = CarriesAll(stepTokens, batch);
        output.WriteLine($"gain {peak.Gain:0.000} at P:D {peak.Ratio:0.0}; all decodes are carried at {carriesAll:0.0}");
        Assert.InRange(peak.Ratio, 0.75 * carriesAll, 1.25 * carriesAll);
        foreach (var (before, after) in gains.Zip(gains.Skip(1)))
        {
            // A tenth more prompt may end in a chunk that is almost empty.
            var rises = after.Ratio <= peak.Ratio ? after.Gain / before.Gain : before.Gain / after.Gain;
            Assert.True(rises >= 0.995, $"gain {before.Gain:0.000} at {before.Ratio:0.0}, {after.Gain:0.000} at {after.Ratio:0.0}");
        }
    }

    [Theory]
    [InlineData(256, 3)]
    [InlineData(256, 6)]
    [InlineData(512, 6)]
    [InlineData(512, 9)]
    [InlineData(512, 12)]
    [InlineData(512, 18)]
    [InlineData(1024, 18)]
    public void ACC_6b_end_to_end_the_peak_gains_15_to_40_percent_and_not_a_multiple(int stepTokens, int batch) =>
        Assert.InRange(Peak(stepTokens, batch), 1.15, 1.4);

    /// <summary>
    /// Findings, not thresholds: 15 to 40 % is the gain of batches whose chunks carry all decodes at about 29 to 130 prompt tokens a decode. With more
    /// prompt, decodes are too small a part of the work to gain 15 %; with less, so large a part that more than 40 % is gained, though never the
    /// multiple that would show a broken baseline. With 1,024 tokens a step whole prompts cost little more, and 92 are too many already.
    /// </summary>
    [Theory]
    [InlineData(512, 3, 1.09, 1.15)]
    [InlineData(1024, 6, 1.08, 1.15)]
    [InlineData(1024, 12, 1.12, 1.15)]
    [InlineData(256, 12, 1.4, 1.5)]
    public void ACC_6b_finding_with_much_prompt_a_decode_the_peak_is_below_15_percent_and_with_little_above_40(int stepTokens, int batch, double least, double most) =>
        Assert.InRange(Peak(stepTokens, batch), least, most);

    [Theory]
    [InlineData(256, 3)]
    [InlineData(256, 6)]
    [InlineData(512, 6)]
    [InlineData(512, 9)]
    [InlineData(512, 12)]
    [InlineData(512, 18)]
    [InlineData(1024, 18)]
    [InlineData(512, 3)]
    [InlineData(1024, 6)]
    [InlineData(1024, 12)]
    [InlineData(256, 12)]
    public void ACC_6b_only_decodes_that_ride_with_a_chunk_become_cheap(int stepTokens, int batch)
    {
        var (alone, riding, without) = DecodeMs(stepTokens, batch);
        output.WriteLine($"ms a decode: {alone:0.00} before; {riding:0.00} with a chunk, {without:0.00} without");
        Assert.True(alone >= 4 * riding, $"{alone} ms, with a chunk {riding} ms");
        Assert.InRange(without / alone, 0.99, 1.05);
    }

    private double Peak(int stepTokens, int batch)
    {
        var gain = PeakGain(stepTokens, batch);
        output.WriteLine($"{stepTokens} tokens, {batch} places: gain {gain:0.000} about {CarriesAll(stepTokens, batch):0} prompt tokens a decode");
        return gain;
    }
}
