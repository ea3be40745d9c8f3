using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Papers.Replicas;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;

namespace Kantor.Papers.Studies;

/// <summary>Chunks with decodes on board, swept over P:D, prompt tokens a decode: SARATHI, arXiv 2308.16369 (research notes, scheduling 6).</summary>
internal static class DecodeMaximalStudy
{
    /// <summary>Prompt and output together.</summary>
    public const int LifeTokens = 8192;

    private const string MuchPrompt = "decodes are too small a part of the work to gain 15 %";

    private const string CheapPrompts = "steps of 1,024 tokens gain little on whole prompts alone";

    private const string MuchDecode = "decodes are so large a part of the work that more than 40 % is gained, though never the multiple that would show a broken baseline";

    private static readonly (int StepTokens, int Batch, string? Finding)[] Peaks =
    [
        (256, 3, null), (256, 6, null), (512, 6, null), (512, 9, null), (512, 12, null), (512, 18, null), (1024, 18, null),
        (512, 3, MuchPrompt), (1024, 6, MuchPrompt), (1024, 12, CheapPrompts), (256, 12, MuchDecode),
    ];

    public static Study Study { get; } = new(
        "sarathi",
        "Decode-maximal batches, swept over P:D",
        "arXiv 2308.16369; research notes, scheduling 6",
        "The paper measures LLaMA-13B on A6000 (end to end up to 1.33 times, decodes up to 10) and LLaMA-33B on A100 (1.25, 4.25). Here alike requests of 8,192 tokens run on "
            + "Yi-34B in two-way tensor parallelism on A100, against batches of the same size that decode after all prompts.",
        Measure);

    /// <summary>1 to 200, each a tenth more than the one before.</summary>
    public static IEnumerable<double> Ratios => Enumerable.Range(0, 56).Select(step => Math.Pow(1.1, step));

    /// <summary>P:D at which the chunks carry all decodes.</summary>
    public static double CarriesAll(int stepTokens, int batch) => (stepTokens - (batch - 1.0)) / (batch - 1);

    public static double Gain(double ratio, int stepTokens, int batch) =>
        (double)MakespanUs(new StaticPlanner(), batch * LifeTokens, ratio, batch) / MakespanUs(new DecodeMaximalPlanner(), stepTokens, ratio, batch);

    /// <summary>The greatest gain around where the chunks carry all decodes, which is where it lies.</summary>
    public static double PeakGain(int stepTokens, int batch) =>
        Enumerable.Range(-4, 9).Max(step => Gain(CarriesAll(stepTokens, batch) * Math.Pow(1.1, step), stepTokens, batch));

    public static long MakespanUs(IBatchPlanner planner, int stepTokensMax, double ratio, int batch, SimulationObserver? observer = null)
    {
        var outputTokens = (int)Math.Round(LifeTokens / (ratio + 1));
        var trace = Enumerable.Range(0, 12 * batch).Select(_ => new TraceRequest(0, LifeTokens - outputTokens, outputTokens)).ToArray();
        var options = Yi34B.Options(planner, stepTokensMax, LifeTokens) with { Limits = new BatchLimits { StepTokensMax = stepTokensMax, RunningMax = batch } };
        var result = Yi34B.Run(trace, options, observer);
        return result.Preemptions == 0 ? result.MakespanUs : throw new InvalidOperationException($"{planner.Name} preempted {result.Preemptions} times.");
    }

    /// <summary>Milliseconds a decode takes alone, as a multiple of what it adds to a step with a chunk; few prompt tokens, so that most find none.</summary>
    public static (double AloneMs, double RidingMs, double WithoutMs) DecodeMs(int stepTokens, int batch)
    {
        var (alone, riding) = (new DecodeCost(), new DecodeCost());
        MakespanUs(new StaticPlanner(), batch * LifeTokens, ratio: 5, batch, alone);
        MakespanUs(new DecodeMaximalPlanner(), stepTokens, ratio: 5, batch, riding);
        return (alone.InDecodeStepsMs, riding.WithChunksMs, riding.InDecodeStepsMs);
    }

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        var peaks = Peaks.Where((peak, index) => effort == Effort.Full || index is 2 or 9 or 10).ToArray();
        return
        [
            .. effort == Effort.Full ? [.. Sweep(512, 6), .. Sweep(512, 12)] : Sweep(512, 12),
            .. peaks.Select(peak => new Figure($"{Setting(peak.StepTokens, peak.Batch)}: gain at the peak", Claim.Between(1.15, 1.4, "1.25 to 1.33"), PeakGain(peak.StepTokens, peak.Batch))
            {
                Finding = peak.Finding,
            }),
            .. peaks.Take(effort.Pick(3, 1)).SelectMany(peak => Cheap(peak.StepTokens, peak.Batch)),
        ];
    }

    private static Figure[] Sweep(int stepTokens, int batch)
    {
        var gains = Ratios.Select(ratio => (Ratio: ratio, Gain: Gain(ratio, stepTokens, batch))).ToArray();
        var peak = gains.MaxBy(entry => entry.Gain);
        // A tenth more prompt may end in a chunk that is almost empty.
        var breaks = gains.Zip(gains.Skip(1)).Count(pair => (pair.Second.Ratio <= peak.Ratio ? pair.Second.Gain / pair.First.Gain : pair.First.Gain / pair.Second.Gain) < 0.995);
        return
        [
            new Figure($"{Setting(stepTokens, batch)}: P:D of the peak, times chunk/(B − 1)", Claim.Is(1, 0.25), peak.Ratio / CarriesAll(stepTokens, batch), 2),
            new Figure($"{Setting(stepTokens, batch)}: steps of the sweep from 1 to 200 that break one peak", Claim.Is(0, 0, "none"), breaks, 0),
            new Figure($"{Setting(stepTokens, batch)}: gain at P:D of 1, and so without many prompts", Claim.Beside("small"), gains[0].Gain),
        ];
    }

    private static Figure[] Cheap(int stepTokens, int batch)
    {
        var (alone, riding, without) = DecodeMs(stepTokens, batch);
        return
        [
            new Figure($"{Setting(stepTokens, batch)}: cost of a decode alone, times that with a chunk", Claim.AtLeast(4, "4.25 to 10"), alone / riding, 1),
            new Figure($"{Setting(stepTokens, batch)}: cost of a decode without a chunk, times that alone", Claim.Between(0.99, 1.05, "1"), without / alone, 2),
        ];
    }

    private static string Setting(int stepTokens, int batch) => $"{stepTokens} tokens, {batch} places";
}
