using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;

namespace Kantor.Papers.Studies;

/// <summary>Virtual token counters: the bound on how far tenants may be apart, arXiv 2401.00588 (research notes, theory 3.16).</summary>
internal static class VtcStudy
{
    private const int Running = 4;
    private const int PromptMax = 30;
    private const int OutputMax = 20;
    private const int Tenants = 3;

    // Most tokens of running requests at once.
    private const int BatchTokens = Running * (PromptMax + OutputMax);

    public static Study Study { get; } = new(
        "vtc",
        "Fairness between tenants by virtual token counters",
        "arXiv 2401.00588; research notes, theory 3.16",
        "Rounds of unit time, 4 places, prompts of up to 30 and outputs of up to 20 tokens, a pool that holds all who run. Three loads: tenants drawn at random, one "
            + "that sends ten times as much, one that is away for long; the worst of all seeds counts. Gaps are shares of the paper's bound.",
        Measure);

    /// <summary>2·max(w_p·L, w_q·M), L the longest prompt and M the tokens of running requests.</summary>
    private static double Bound => 2 * Math.Max(1.0 * PromptMax, 2.0 * BatchTokens);

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        var seeds = effort.Pick(20, 4);
        return
        [
            new Figure("vtc, tenants at random, worst gap, times the bound", Claim.AtMost(1), Worst("vtc", Random, seeds)),
            new Figure("vtc, one sends ten times as much", Claim.AtMost(1), Worst("vtc", Flood, seeds)),
            new Figure("vtc, one is away and comes back", Claim.AtMost(1), Worst("vtc", AwayAndBack, seeds)),
            new Figure("without lift, one is away and comes back", Claim.AtLeast(1, "unbounded"), Worst("vtc:lift=false", AwayAndBack, seeds)),
            new Figure("in order of arrival, one sends ten times as much", Claim.AtLeast(1, "unbounded"), Worst("fcfs", Flood, seeds)),
            new Figure("vtc, steps of a run, times those in order of arrival", Claim.Is(1, 0.05, "work-conserving"), Steps("vtc", seeds) / Steps("fcfs", seeds)),
        ];
    }

    private static double Worst(string planner, Func<RandomStream, Job[]> load, int seeds) => Enumerable.Range(0, seeds).Max(seed =>
    {
        var jobs = load(new RandomStream((ulong)seed, "tenants"));
        return ServiceGap.Worst(Run(planner, jobs), jobs) / Bound;
    });

    private static double Steps(string planner, int seeds) =>
        Enumerable.Range(0, seeds).Sum(seed => (double)Run(planner, Random(new RandomStream((ulong)seed, "tenants"))).ToEnd().Step);

    private static ReplicaRun Run(string planner, Job[] jobs) => new(
        PolicyCatalogue.Planner(planner),
        new BatchLimits { StepTokensMax = 40, RunningMax = Running },
        new KvLedgerOptions { BlocksTotal = BatchTokens, BlockSizeTokens = 4 },
        jobs)
    { Verifies = false };

    private static Job[] Random(RandomStream random) => [.. Enumerable.Range(0, 400).Select(id => Drawn(random, id, id, random.NextInt(Tenants)))];

    private static Job[] Flood(RandomStream random) => [.. Enumerable.Range(0, 660).Select(id => Drawn(random, id, id / 3, id % 11 == 0 ? 1 : 0))];

    private static Job[] AwayAndBack(RandomStream random) =>
    [
        Drawn(random, 0, 0, 1), .. Enumerable.Range(1, 500).Select(id => Drawn(random, id, id, 0)), .. Enumerable.Range(501, 300).Select(id => Drawn(random, id, 600, 1)),
    ];

    private static Job Drawn(RandomStream random, int id, int step, int tenant) =>
        Jobs.Plain(id, step, 1 + random.NextInt(PromptMax), 1 + random.NextInt(OutputMax)) with { Tenant = tenant };
}
