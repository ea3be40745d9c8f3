using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.FlowControl;
using Kantor.Core.Occupancy;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using Kantor.Papers.Rounds;

namespace Kantor.Papers.Studies;

/// <summary>A constant inflow that no memory check needs to guard: the example of arXiv 2604.11001 (research notes, theory 3.8 and 9.5).</summary>
internal static class FlowControlStudy
{
    /// <summary>KV tokens of the example.</summary>
    public const int PoolTokens = 16_492;

    private const int Prompt = 10;

    /// <summary>Outputs of the three classes.</summary>
    public static IReadOnlyList<int> Outputs { get; } = [20, 40, 60];

    public static Study Study { get; } = new(
        "flow-control",
        "A constant inflow in place of memory checks",
        "arXiv 2604.11001; research notes, theory 3.8 and 9.5",
        "The same example. Arrivals are Poisson; greedy admission is first come, first served with the newest evicted, whose KV is computed again, where the paper "
            + "throws its tokens away.",
        Measure);

    /// <summary>Token-rounds of one request of each class.</summary>
    public static long VolumeOfAll => Outputs.Sum(output => KvTrapezoid.Volume(Prompt, output));

    public static ReplicaRun Run(IBatchPlanner planner, IEnumerable<Job> jobs) => TheoryRounds.New(planner, jobs, PoolTokens, running: 100_000);

    public static FlowControlPlanner Planner(double activations) => new(new FlowControlOptions { Activations = activations });

    /// <summary>Requests of each class; the class of a job is its number, from 0.</summary>
    public static List<Job> Arrivals(ulong seed, int slots, double ratePerSlot, int classes = 3, int prompt = Prompt, int output = 20)
    {
        var random = new RandomStream(seed, "arrivals");
        var jobs = new List<Job>();
        for (var k = 0; k < classes; k++)
        {
            foreach (var slot in PoissonRounds.Draw(random, ratePerSlot, slots))
            {
                jobs.Add(Jobs.Plain(jobs.Count, slot, prompt, output * (k + 1)) with { Class = k });
            }
        }

        return jobs;
    }

    /// <summary>The mean queue after a slot with one class, one activation a slot and Poisson arrivals, as a multiple of M/D/1's.</summary>
    public static double QueueAgainstTheory(double load, int slots)
    {
        var run = Run(Planner(1), Arrivals(seed: 5, slots, load, classes: 1, prompt: 3, output: 2));
        var (sum, rounds) = (0.0, 0);
        for (; !run.IsOver; rounds++)
        {
            run.Advance();
            sum += run.Scheduler.WaitingCount;
        }

        return sum / rounds / (load * load / (2 * (1 - load)));
    }

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        var slots = effort.Pick(600, 150);
        var (four, six) = (Flow.Of(Planner(4), slots, 3.9), Flow.Of(Planner(6), slots, 8));
        var greedy = Flow.Of(new VllmV1Planner(), slots, 8);
        return
        [
            new Figure("token-rounds of four of each class a slot", Claim.Is(16_240, 0), 4 * VolumeOfAll, 0),
            new Figure("limit of requests of each class a slot", Claim.Is(4.062, 0.0005), (double)PoolTokens / VolumeOfAll),
            new Figure("budgets of 4: most memory in use, share of the pool", Claim.AtMost(1, "16240 of 16492 tokens"), four.UsedMost),
            new Figure("budgets of 4: preempted", Claim.Is(0, 0), four.Preemptions, 0),
            new Figure("budgets of 6, above the limit: preempted", Claim.AtLeast(1, "memory is exceeded"), six.Preemptions, 0),
            new Figure("greedy admission under overload: most memory in use, share of the pool", Claim.AtLeast(0.99, "pinned at the pool"), greedy.UsedMost),
            new Figure("greedy admission under overload: tokens computed twice or more, share", Claim.AtLeast(0.01, "wasted"), greedy.Recomputed),
            new Figure("one class, load 0.4, mean queue, times M/D/1's", Claim.Is(1, 0.05), QueueAgainstTheory(0.4, 60_000)),
            new Figure("one class, load 0.6, mean queue, times M/D/1's", Claim.Is(1, 0.05), QueueAgainstTheory(0.6, 60_000)),
        ];
    }

    private sealed record Flow(double UsedMost, long Preemptions, double Recomputed)
    {
        public static Flow Of(IBatchPlanner planner, int slots, double ratePerSlot)
        {
            var jobs = Arrivals(seed: 1, slots, ratePerSlot);
            var run = Run(planner, jobs);
            var (most, computed) = (0, 0L);
            while (!run.IsOver)
            {
                computed += run.Advance().Sum(slice => (long)slice.Tokens);
                most = Math.Max(most, run.Scheduler.Kv.BlocksUsed);
            }

            // The last token of an answer needs no KV.
            var once = jobs.Sum(job => job.Prompt.Count + job.OutputTokens - 1);
            return new Flow((double)most / PoolTokens, run.Scheduler.Counters.Preemptions, 1 - ((double)once / computed));
        }
    }
}
