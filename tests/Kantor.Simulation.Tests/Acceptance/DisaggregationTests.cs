using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Objectives;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Planning;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Generators;

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
        var mean = await Rates("ttft=200ms,tpot=100ms", Colocated(1, "prefill-first"), Colocated(2, "prefill-first"), Colocated(2, "chunked", 512), Apart(2, 1));
        Assert.True(mean is [var one, var two, var chunked, var apart] && two > apart && apart > chunked && chunked > one, $"mean gap of 100 ms: {string.Join(", ", mean)}");

        var largest = await Rates("ttft=200ms,itl-max=100ms", Colocated(1, "prefill-first"), Colocated(2, "prefill-first"), Colocated(2, "chunked", 512), Apart(2, 1), Apart(2, 2));
        Assert.True(largest[4] >= 5 * largest[1] && largest[3] >= 5 * largest[1] && largest[1] > largest[0], $"largest gap of 100 ms: {string.Join(", ", largest)}");
        Assert.True(largest[3] > largest[2] && largest[2] > largest[1], $"largest gap of 100 ms: {string.Join(", ", largest)}");
    }

    /// <remarks>
    /// Under a largest gap of 60 ms the configuration that wins under 100 ms has almost no capacity (0.09 where 1.62 is claimed of a transfer
    /// that takes no step): a prompt's KV is asked for when the decoding replica plans and is there for the step after, so that the first gap
    /// holds up to three steps of 20 ms and more. Decode on two GPUs, whose steps are shorter, keeps the factor.
    /// </remarks>
    [Fact]
    public async Task ACC_2d_tighter_objectives_put_the_columns_in_the_published_order()
    {
        var mean = await Rates("ttft=400ms,tpot=40ms", Colocated(1, "prefill-first"), Colocated(2, "prefill-first"), Colocated(2, "chunked", 512), Apart(2, 1));
        Assert.True(mean is [var one, var two, var chunked, var apart] && chunked > two && two > one && one > apart, $"mean gap of 40 ms: {string.Join(", ", mean)}");

        var largest = await Rates("ttft=400ms,itl-max=60ms", Colocated(1, "prefill-first"), Colocated(2, "prefill-first"), Colocated(2, "chunked", 256), Apart(1, 2));
        Assert.True(largest[3] >= 5 * Math.Max(largest[0], largest[1]) && largest[2] > largest[3], $"largest gap of 60 ms: {string.Join(", ", largest)}");
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
    public async Task ACC_2e_a_slow_network_keeps_prefill_and_decode_in_one_node_and_a_fast_one_need_not()
    {
        var slow = await Plan("ttft=200ms,itl-max=100ms", networkGbps: 25);
        Assert.True(slow.Chosen!.Candidate.Layout.UnitsStandAlone);
        Assert.All(slow.Rows.Where(row => IsAcross(row)), row => Assert.Null(row.Candidate.Size!.Fewest));

        var fast = await Plan("ttft=200ms,itl-max=100ms", networkGbps: 800);
        Assert.True(fast.Chosen!.Candidate.Layout.IsDisaggregated);
        Assert.Contains(fast.Rows.Where(row => IsAcross(row)), row => row.Candidate.Size!.Fewest?.Gpus <= fast.Chosen.Shown!.Gpus);
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
        return await new PlanSearch(bench).FindAsync(space.Layouts(), replicasMax: 12);
    }

    private static async Task<Dictionary<(int Prefill, int Decode), double>> ApartRates(int? decodeTokens)
    {
        using var bench = Bench(Chat(1), "ttft=200ms,tpot=100ms", seeds: 4);
        var rates = new Dictionary<(int Prefill, int Decode), double>();
        foreach (var pair in ((int, int)[])[(1, 1), (1, 2), (2, 1), (2, 2)])
        {
            rates[pair] = (await new CapacitySearch(bench, new CapacityOptions { RatePerGpuMin = 0.5 }).FindAsync(Apart(pair.Item1, pair.Item2, decodeTokens))).RatePerSAndGpu;
        }

        return rates;
    }

    /// <summary>Capacities to 5 %, per GPU.</summary>
    private static async Task<double[]> Rates(string slo, params FleetLayout[] layouts)
    {
        using var bench = Bench(Chat(1), slo);
        var search = new CapacitySearch(bench, new CapacityOptions { Tolerance = 0.05 });
        var rates = new double[layouts.Length];
        foreach (var (index, layout) in layouts.Index()) rates[index] = (await search.FindAsync(layout)).RatePerSAndGpu;
        return rates;
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
