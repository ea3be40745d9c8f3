using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;

namespace Kantor.Papers.Rounds;

/// <summary>Requests and the pool that they share.</summary>
internal sealed record Instance(Job[] Jobs, int PoolTokens);

/// <summary>How instances are drawn, each length and time uniformly.</summary>
/// <param name="RequestsMin">Fewest requests.</param>
/// <param name="RequestsMax">Most requests.</param>
/// <param name="PromptMax">Longest prompt; the shortest has one token.</param>
/// <param name="PoolMin">Smallest pool.</param>
/// <param name="PoolMax">Largest pool.</param>
internal sealed record InstanceLaw(int RequestsMin, int RequestsMax, int PromptMax, int PoolMin, int PoolMax)
{
    /// <summary>Longest output; null for what the pool leaves.</summary>
    public int? OutputMax { get; init; }

    /// <summary>Rounds over which they arrive; 0 for all at once.</summary>
    public int LastArrival { get; init; }

    public IEnumerable<Instance> Draw(int count, ulong firstSeed) => Enumerable.Range(0, count).Select(number => Draw(firstSeed + (ulong)number));

    private Instance Draw(ulong seed)
    {
        var random = new RandomStream(seed, "order");
        var pool = PoolMin + random.NextInt(PoolMax - PoolMin + 1);
        var requests = RequestsMin == RequestsMax ? RequestsMin : RequestsMin + random.NextInt(RequestsMax - RequestsMin + 1);
        var jobs = new Job[requests];
        for (var id = 0; id < requests; id++)
        {
            var prompt = 1 + random.NextInt(PromptMax);
            var output = 1 + random.NextInt(Math.Min(OutputMax ?? int.MaxValue, pool - prompt));
            jobs[id] = TheoryRounds.Job(id, LastArrival == 0 ? 0 : random.NextInt(LastArrival), prompt, output);
        }

        return new Instance(jobs, pool);
    }
}
