using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;

namespace Kantor.Core.Testing.Runs;

/// <summary>Random workloads and pools, by seed.</summary>
public static class Jobs
{
    /// <summary>A request whose prompt shares nothing with others; its output limit is what it generates when not given.</summary>
    public static Job Plain(long id, int arrivalStep, int promptTokens, int outputTokens, int? outputTokensMax = null) =>
        new(id, arrivalStep, Prompt((int)id, promptTokens), outputTokens, outputTokensMax ?? outputTokens);

    /// <summary>A prompt that shares nothing with those of other numbers.</summary>
    public static int[] Prompt(int number, int tokens) => [.. Enumerable.Range(0, tokens).Select(i => 1_000_000 + (number * 10_000) + i)];

    /// <summary>Requests with shared prefixes, repeats, short and long answers, arriving over time.</summary>
    public static List<Job> Random(ulong seed, int count, int tokensMax)
    {
        var random = new RandomStream(seed, "jobs");
        var jobs = new List<Job>();
        var step = 0;
        for (var id = 0; id < count; id++)
        {
            step += random.NextInt(3);
            var prompt = 1 + random.NextInt(tokensMax * 2 / 3);
            var outputMax = 1 + random.NextInt(tokensMax - prompt);
            var shared = random.NextInt(4);
            int[] tokens = [.. Enumerable.Range(0, prompt).Select(i => i < 12 * shared ? shared : (id * 1000) + i)];
            var output = 1 + random.NextInt(outputMax);
            jobs.Add(new Job(id, step, tokens, output, outputMax, random.NextInt(3), random.NextInt(2), Tenant: prompt % 3));
        }

        return jobs;
    }

    /// <summary>A tight pool and step, so that memory, tokens and places all bind at times.</summary>
    public static (BatchLimits Limits, KvLedgerOptions Kv) Tight(ulong seed, int tokensMax)
    {
        var random = new RandomStream(seed, "pool");
        int[] sizes = [1, 2, 4, 16];
        var blockSize = sizes[random.NextInt(sizes.Length)];
        var limits = new BatchLimits { StepTokensMax = 4 + random.NextInt(60), RunningMax = 1 + random.NextInt(12) };
        var kv = new KvLedgerOptions
        {
            BlockSizeTokens = blockSize,
            BlocksTotal = ((tokensMax + blockSize - 1) / blockSize) + random.NextInt(2 * tokensMax / blockSize),
            PrefixCaching = random.NextInt(3) > 0,
            SequencesMax = random.NextInt(3) == 0 ? 4 + random.NextInt(16) : null,
        };
        return (limits, kv);
    }
}
