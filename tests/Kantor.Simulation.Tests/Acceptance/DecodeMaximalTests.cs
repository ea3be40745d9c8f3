using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Replica;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>
/// SARATHI (arXiv 2308.16369): chunks with piggy-backed decodes against prompts first and decodes after, in batches of the same size, on
/// Yi-34B, TP2, A100 (research notes, scheduling 6a and 6b). Requests are alike; the sum of prompt and output is fixed, their ratio P:D is swept.
/// </summary>
public class DecodeMaximalTests(ITestOutputHelper output)
{
    private const int LifeTokens = 8192;

    private static readonly IStepTimeModel Yi = StepTimeProfiles.Yi34BA100Tp2.StepTime;

    [Theory]
    [InlineData(512, 6)]
    [InlineData(512, 12)]
    public void ACC_6a_the_gain_rises_to_where_the_chunks_carry_all_decodes_and_falls_behind(int stepTokens, int batch)
    {
        var gains = Ratios.Select(ratio => (Ratio: ratio, Gain: Gain(ratio, stepTokens, batch))).ToArray();
        var peak = gains.MaxBy(entry => entry.Gain);
        var carriesAll = (stepTokens - (batch - 1.0)) / (batch - 1);
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
        Assert.InRange(PeakGain(stepTokens, batch), 1.15, 1.4);

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
        Assert.InRange(PeakGain(stepTokens, batch), least, most);

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
        // Few enough prompt tokens that most decodes find no chunk to ride with.
        var (alone, riding) = (new DecodeCost(), new DecodeCost());
        MakespanUs(new StaticPlanner(), batch * LifeTokens, ratio: 5, batch, alone);
        MakespanUs(new DecodeMaximalPlanner(), stepTokens, ratio: 5, batch, riding);
        output.WriteLine($"ms a decode: {alone.InDecodeStepsMs:0.00} before; {riding.WithChunksMs:0.00} with a chunk, {riding.InDecodeStepsMs:0.00} without");
        Assert.True(alone.InDecodeStepsMs >= 4 * riding.WithChunksMs, $"{alone.InDecodeStepsMs} ms, with a chunk {riding.WithChunksMs} ms");
        Assert.InRange(riding.InDecodeStepsMs / alone.InDecodeStepsMs, 0.99, 1.05);
    }

    /// <summary>The greatest gain around where the chunks carry all decodes, which is where it lies (6a).</summary>
    private double PeakGain(int stepTokens, int batch)
    {
        var carriesAll = (stepTokens - (batch - 1.0)) / (batch - 1);
        var gain = Enumerable.Range(-4, 9).Max(step => Gain(carriesAll * Math.Pow(1.1, step), stepTokens, batch));
        output.WriteLine($"{stepTokens} tokens, {batch} places: gain {gain:0.000} about {carriesAll:0} prompt tokens a decode");
        return gain;
    }

    /// <summary>1 to 200, each a tenth more than the one before.</summary>
    private static IEnumerable<double> Ratios => Enumerable.Range(0, 56).Select(step => Math.Pow(1.1, step));

    private static double Gain(double ratio, int stepTokens, int batch) =>
        (double)MakespanUs(new StaticPlanner(), batch * LifeTokens, ratio, batch) / MakespanUs(new DecodeMaximalPlanner(), stepTokens, ratio, batch);

    private static long MakespanUs(IBatchPlanner planner, int stepTokensMax, double ratio, int batch, SimulationObserver? observer = null)
    {
        var outputTokens = (int)Math.Round(LifeTokens / (ratio + 1));
        var trace = Enumerable.Range(0, 12 * batch).Select(_ => new TraceRequest(0, LifeTokens - outputTokens, outputTokens)).ToArray();
        var options = Fleet.Yi34B(planner, stepTokensMax, LifeTokens) with { Limits = new BatchLimits { StepTokensMax = stepTokensMax, RunningMax = batch } };
        var result = Simulator.Run(trace, options, observer);
        Assert.Equal((trace.Length, 0L), (result.Completed, result.Preemptions));
        return result.MakespanUs;
    }

    /// <summary>What a decode costs in steps of nothing else, and what it adds to a step with prompt tokens.</summary>
    private sealed class DecodeCost : SimulationObserver
    {
        private (double Us, long Tokens) _inDecodeSteps;
        private (double Us, long Tokens) _withChunks;
        private (int Decodes, double AddedUs) _last;

        public double InDecodeStepsMs => _inDecodeSteps.Us / _inDecodeSteps.Tokens / 1000;

        public double WithChunksMs => _withChunks.Us / _withChunks.Tokens / 1000;

        public override void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
        {
            var (decodes, chunks) = (0, default(StepLoad));
            foreach (ref readonly var slice in scheduler.Slices)
            {
                if (slice.IsDecode) decodes++;
                else chunks = chunks.With(slice.Tokens, slice.FromToken, isDecode: false);
            }

            _last = (decodes, chunks.IsEmpty ? 0 : durationUs - Yi.StepUs(chunks));
            Count(chunks.IsEmpty ? durationUs : _last.AddedUs, 1, isHybrid: !chunks.IsEmpty);
        }

        public override void StepsRepeated(int replica, ReplicaScheduler scheduler, ReadOnlySpan<long> endsUs)
        {
            var isHybrid = _last.AddedUs > 0;
            Count(isHybrid ? _last.AddedUs * (endsUs.Length - 1) : endsUs[^1] - endsUs[0], endsUs.Length - 1, isHybrid);
        }

        private void Count(double us, int steps, bool isHybrid)
        {
            if (_last.Decodes == 0) return;
            ref var sum = ref isHybrid ? ref _withChunks : ref _inDecodeSteps;
            sum = (sum.Us + us, sum.Tokens + ((long)steps * _last.Decodes));
        }
    }
}
