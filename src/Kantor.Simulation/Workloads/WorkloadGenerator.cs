using Kantor.Core.Randomness;
using Kantor.Simulation.Traces;

namespace Kantor.Simulation.Workloads;

/// <summary>Draws a trace from a <see cref="WorkloadSpec"/>. Arrivals, prompts, outputs and prefixes have random streams of their own.</summary>
public static class WorkloadGenerator
{
    /// <summary>The trace of a seed: equal spec and seed, equal trace.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The spec is out of range.</exception>
    public static IReadOnlyList<TraceRequest> Draw(WorkloadSpec spec, ulong seed)
    {
        spec.Validate();
        var (arrivals, prompts, outputs) = (new RandomStream(seed, "arrivals"), new RandomStream(seed, "prompts"), new RandomStream(seed, "outputs"));
        var prefixes = spec.Prefixes is { } families ? new PrefixDraw(families, new RandomStream(seed, "prefixes")) : null;
        var requests = new TraceRequest[spec.Requests];
        var atUs = 0.0;
        for (var index = 0; index < requests.Length; index++)
        {
            if (spec.RatePerS is { } rate) atUs += -Math.Log(1 - arrivals.NextDouble()) / rate * 1e6;
            var (prompt, output) = (spec.PromptLength.Draw(prompts), spec.OutputLength.Draw(outputs));
            requests[index] = prefixes is null
                ? new TraceRequest((long)atUs, prompt, output)
                : new TraceRequest((long)atUs, prompt, output, prefixes.NextBlockIds(prompt), MooncakeFormat.TokensPerBlockId);
        }

        return requests;
    }

    private sealed class PrefixDraw
    {
        private readonly RandomStream _random;
        private readonly int[][] _prefixes;
        private readonly double[] _cumulative;
        private int _nextId;

        public PrefixDraw(PrefixFamilies families, RandomStream random)
        {
            _random = random;
            _prefixes = new int[families.Count][];
            _cumulative = new double[families.Count];
            var total = 0.0;
            for (var family = 0; family < families.Count; family++)
            {
                _prefixes[family] = [.. Enumerable.Range(0, 1 + random.NextInt(families.BlocksMax)).Select(_ => _nextId++)];
                _cumulative[family] = total += Math.Pow(family + 1, -families.ZipfExponent);
            }
        }

        public int[] NextBlockIds(int promptTokens)
        {
            var drawn = Array.BinarySearch(_cumulative, _random.NextDouble() * _cumulative[^1]);
            var prefix = _prefixes[Math.Min(drawn < 0 ? ~drawn : drawn, _prefixes.Length - 1)];
            var ids = new int[((promptTokens - 1) / MooncakeFormat.TokensPerBlockId) + 1];
            var shared = Math.Min(prefix.Length, ids.Length - 1);
            for (var block = 0; block < ids.Length; block++) ids[block] = block < shared ? prefix[block] : _nextId++;
            return ids;
        }
    }
}
