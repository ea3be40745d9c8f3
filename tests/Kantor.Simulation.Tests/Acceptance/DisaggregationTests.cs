using Kantor.Core.Batching;
using Kantor.Core.StepTime;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Planning;
using Kantor.Simulation.Workloads;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>
/// Placement of prefill and decode (DistServe, arXiv 2401.09670) for OPT-13B on A100, with the coefficients that its authors published, chat
/// lengths of mean 667 and 194, and 90 % of the requests within the objectives.
/// </summary>
/// <remarks>
/// Prompts are computed whole (steps of 2,048 tokens hold any), first come first served; a decoding replica admits who fits. The published
/// simulator lets a decode batch have 50,000 tokens of context, less than the 66,144 of KV that a replica has.
/// </remarks>
public class DisaggregationTests
{
    private const int WholePrompts = 2_048;
    private const double KvBytes = 2 * 40 * 5120 * 2;
    private const int DecodeTokensOfDistServe = 50_000;

    /// <remarks>
    /// With the published batch limit the configuration of two GPUs for decode ties with it: both are within a step of the search. With all KV
    /// that a replica has it alone is best, at 1.98, which is more than the 1.56 that is published and the band of 0.25 around it.
    /// </remarks>
    [Fact]
    public async Task ACC_2c_the_best_disaggregated_configuration_prefills_on_two_GPUs_and_decodes_on_one()
    {
        var published = await ApartRates(DecodeTokensOfDistServe);
        Assert.InRange(published[(2, 1)], 1.56 - 0.25, 1.56 + 0.25);
        Assert.All(published, other => Assert.True(other.Value <= published[(2, 1)] * 1.021, $"{other.Key}: {other.Value:0.00}"));

        var all = await ApartRates(decodeTokens: null);
        Assert.All(all.Where(other => other.Key != (2, 1)), other => Assert.True(other.Value < all[(2, 1)] / 1.1, $"{other.Key}: {other.Value:0.00}"));
    }

    /// <remarks>Rates in requests per second and GPU; figures of all cells are in docs/planning.md.</remarks>
    [Fact]
    public async Task ACC_2d_the_statistic_of_the_objective_decides_whether_disaggregation_wins()
    {
        var mean = await Rates("ttft=200ms,tpot=100ms");
        Assert.True(mean.PrefillFirstTp2 > mean.BestApart, $"mean gap of 100 ms: {mean}");
        Assert.True(mean.BestApart > mean.ChunkedTp2 && mean.ChunkedTp2 > mean.PrefillFirstTp1, $"mean gap of 100 ms: {mean}");

        var largest = await Rates("ttft=200ms,itl-max=100ms");
        Assert.True(largest.BestApart >= 5 * Math.Max(largest.PrefillFirstTp1, largest.PrefillFirstTp2), $"largest gap of 100 ms: {largest}");
        Assert.True(largest.BestApart > largest.ChunkedTp2 && largest.ChunkedTp2 > largest.PrefillFirstTp2, $"largest gap of 100 ms: {largest}");
    }

    [Fact]
    public async Task ACC_2d_tighter_objectives_put_the_columns_in_the_published_order()
    {
        var mean = await Rates("ttft=400ms,tpot=40ms");
        Assert.True(mean.ChunkedTp2 > mean.PrefillFirstTp2 && mean.PrefillFirstTp2 > mean.PrefillFirstTp1 && mean.PrefillFirstTp1 > mean.Apart21, $"mean gap of 40 ms: {mean}");

        var largest = await Rates("ttft=400ms,itl-max=60ms");
        Assert.True(largest.BestApart >= 5 * Math.Max(largest.PrefillFirstTp1, largest.PrefillFirstTp2), $"largest gap of 60 ms: {largest}");
    }

    [Fact]
    public async Task ACC_2d_the_planner_does_not_disaggregate_where_only_the_mean_gap_counts()
    {
        var plan = await Plan("ttft=200ms,tpot=100ms", networkGbps: 800);
        Assert.True(plan.IsSure);
        Assert.False(plan.Chosen!.Candidate.Layout.IsDisaggregated);
        Assert.Contains(plan.Rows, row => row.Candidate is { Layout.IsDisaggregated: true, Size.Fewest: not null });
    }

    [Fact]
    public async Task ACC_2d_the_planner_disaggregates_where_the_largest_gap_counts()
    {
        var plan = await Plan("ttft=200ms,itl-max=100ms", networkGbps: 800);
        Assert.True(plan.Chosen!.Candidate.Layout.IsDisaggregated);
    }

    [Fact]
    public async Task ACC_2e_a_slow_network_keeps_prefill_and_decode_in_one_node_and_a_fast_one_need_not()
    {
        var slow = await Plan("ttft=200ms,itl-max=100ms", networkGbps: 25);
        Assert.True(slow.Chosen!.Candidate.Layout.UnitsStandAlone);
        Assert.All(slow.Rows.Where(row => IsAcross(row)), row => Assert.Null(row.Candidate.Size!.Fewest));

        var fast = await Plan("ttft=200ms,itl-max=100ms", networkGbps: 800);
        Assert.Contains(fast.Rows.Where(row => IsAcross(row)), row => row.Candidate.Size!.Fewest?.Gpus <= fast.Chosen!.Shown!.Gpus);
    }

    private static bool IsAcross(PlanRow row) => row.Candidate.Layout.Decode is { Placement: DecodePlacement.AcrossNodes };

    /// <summary>The fleet for 12 requests per second out of colocated and disaggregated ones.</summary>
    private static async Task<FleetPlan> Plan(string slo, double networkGbps)
    {
        using var bench = Bench(Chat(12), slo);
        var space = new LayoutSpace
        {
            Colocated = [Kind(2, "prefill-first"), Kind(2, "chunked", 512)],
            Prefill = [Kind(2, "prefill-first")],
            Decode = [Kind(1, "fcfs"), Kind(2, "fcfs")],
            RatioMax = 2,
            NetworkBytesPerS = networkGbps / 8 * 1e9,
        };
        return await new PlanSearch(bench).FindAsync(space.Layouts(), replicasMax: 16);
    }

    private static async Task<Dictionary<(int Prefill, int Decode), double>> ApartRates(int? decodeTokens)
    {
        using var bench = Bench(Chat(1), "ttft=200ms,tpot=100ms", seeds: 4);
        var rates = new Dictionary<(int Prefill, int Decode), double>();
        foreach (var pair in ((int, int)[])[(1, 1), (1, 2), (2, 1), (2, 2)])
        {
            rates[pair] = (await new CapacitySearch(bench).FindAsync(Apart(pair.Item1, pair.Item2, decodeTokens))).RatePerSAndGpu;
        }

        return rates;
    }

    private static async Task<Row> Rates(string slo)
    {
        using var bench = Bench(Chat(1), slo);
        return new Row(
            await Rate(Colocated(1, "prefill-first")),
            await Rate(Colocated(2, "prefill-first")),
            await Rate(Colocated(2, "chunked", 512)),
            await Rate(Apart(2, 1)),
            await Rate(Apart(1, 2)),
            await Rate(Apart(2, 2)));

        async Task<double> Rate(FleetLayout layout) => (await new CapacitySearch(bench).FindAsync(layout)).RatePerSAndGpu;
    }

    /// <summary>Requests per second and GPU; the last three with the GPUs of a prefilling and of a decoding replica.</summary>
    private sealed record Row(double PrefillFirstTp1, double PrefillFirstTp2, double ChunkedTp2, double Apart21, double Apart12, double Apart22)
    {
        public double BestApart => Math.Max(Apart21, Math.Max(Apart12, Apart22));
    }

    private static TrialBench Bench(WorkloadSpec load, string slo, int seeds = 2)
    {
        Assert.True(SloSpec.TryParse(slo, out var spec, out _));
        return new TrialBench(PlanLoad.Of(load), new PlanObjective(spec, 0.9), new TrialOptions { SeedsMin = seeds, SeedsMax = seeds });
    }

    private static WorkloadSpec Chat(double ratePerS) => new()
    {
        Requests = 800,
        Arrivals = new PoissonArrivals(ratePerS),
        PromptLength = new LognormalLength(Math.Exp(6.2), 0.9, 8, 2000),
        OutputLength = new LognormalLength(Math.Exp(4.9), 0.9, 4, 1000),
    };

    private static FleetLayout Colocated(int tensorParallel, string policy, int stepTokensMax = WholePrompts) => new() { Serving = Kind(tensorParallel, policy, stepTokensMax) };

    /// <summary>One replica of each side in a node.</summary>
    private static FleetLayout Apart(int prefillTp, int decodeTp, int? decodeTokens = null)
    {
        var decode = Kind(decodeTp, "fcfs");
        if (decodeTokens is { } tokens) decode = decode with { Kv = decode.Kv with { BlocksTotal = tokens / 16 } };
        return new LayoutSpace { Prefill = [Kind(prefillTp, "prefill-first")], Decode = [decode], RatioMax = 1 }.Layouts()[0];
    }

    private static ReplicaKind Kind(int tensorParallel, string policy, int stepTokensMax = WholePrompts)
    {
        IBatchPlanner planner = policy switch
        {
            "prefill-first" => new PrefillFirstPlanner(),
            "chunked" => new SarathiPlanner(),
            _ => new FcfsPlanner(),
        };
        var kind = ReplicaKind.Of(OptProfiles.Of("opt-13b", tensorParallel), tensorParallel, planner);
        return kind with
        {
            Model = "opt-13b",
            KvBytesPerToken = KvBytes,
            Limits = kind.Limits with { StepTokensMax = stepTokensMax },
            Kv = kind.Kv with { PrefixCaching = false },
        };
    }
}
