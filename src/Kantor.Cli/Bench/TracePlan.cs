using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Bench;

/// <summary>
/// The requests of a trace as they are to be sent, at their recorded times. Equal block ids become equal tokens, so that prompts share
/// what they shared when they were recorded; prompts of unknown content share nothing.
/// </summary>
internal static class TracePlan
{
    /// <summary>The requests, one ahead of the clock, in order of their starts.</summary>
    public static IEnumerable<PlannedRequest> Of(BenchLoad load, IReadOnlyList<TraceRequest> trace)
    {
        var (blocks, texts) = (new RandomStream(load.Seed, "bench blocks"), new RandomStream(load.Seed, "bench texts"));
        var classes = new RandomStream(load.Seed, "bench classes");
        for (var number = 0; number < Math.Min(trace.Count, load.Requests); number++)
        {
            var request = trace[number];
            if (request.ArrivalUs > load.Duration?.TotalMicroseconds) yield break;
            var prompt = new int[Scaled(request.PromptTokens, load.LengthScale)];
            if (request.BlockIds.Length == 0) FillFresh(prompt, texts, load.TokenIds);
            else FillFromBlocks(prompt, request, blocks, load);
            yield return new PlannedRequest(number, request.ArrivalUs, prompt, Scaled(request.OutputTokens, load.LengthScale))
            {
                Class = RequestPlan.ClassAt(load.Classes, classes.NextDouble()),
            };
        }
    }

    private static void FillFresh(int[] prompt, RandomStream texts, TokenRange ids)
    {
        for (var at = 0; at < prompt.Length; at++) prompt[at] = ids.At(texts.NextDouble());
    }

    /// <summary>A token is a function of its block's id and its place in the block; the last block takes what is left over.</summary>
    private static void FillFromBlocks(int[] prompt, TraceRequest request, RandomStream blocks, BenchLoad load)
    {
        var perBlock = Scaled(request.TokensPerBlockId, load.LengthScale);
        for (var at = 0; at < prompt.Length; at++)
        {
            var block = Math.Min(at / perBlock, request.BlockIds.Length - 1);
            var place = ((ulong)(uint)request.BlockIds[block] << 32) + (uint)(at - (block * perBlock));
            prompt[at] = load.TokenIds.At(blocks.DoubleAt(place));
        }
    }

    private static int Scaled(int tokens, double scale) => Math.Max(1, (int)Math.Round(tokens * scale));
}
