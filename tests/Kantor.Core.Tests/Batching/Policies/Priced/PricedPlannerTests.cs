using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Priced;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prices;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;
using static Kantor.Core.Tests.Batching.Policies.Deadlines.DueRuns;

namespace Kantor.Core.Tests.Batching.Policies.Priced;

public class PricedPlannerTests
{
    private static readonly BatchLimits Limits = new() { StepTokensMax = 32, RunningMax = 4 };

    [Fact]
    public void With_limits_that_all_can_keep_it_is_moore_hodgson_step_for_step() => TestSeed.Each(30, seed =>
    {
        var random = new Random((int)seed);
        Job[] jobs = [.. Enumerable.Range(0, 20).Select(id => Job(id, id * 3, 1 + random.Next(40), 0))];
        var (priced, reference) = (Run("priced", jobs), Run("moore-hodgson", jobs));
        Assert.Equal(reference.Traces.Select(trace => trace.Value.EndStep), priced.Traces.Select(trace => trace.Value.EndStep));
    });

    [Fact]
    public void Of_what_can_be_in_time_it_keeps_what_an_exact_search_keeps() => TestSeed.Each(40, seed =>
    {
        // A token a step, so that prompts are jobs on one machine; all there, one value: Moore's order is the best there is.
        var random = new Random((int)seed);
        Job[] jobs = [.. Enumerable.Range(0, 7).Select(id => Job(id, 0, 32 * (1 + random.Next(9)), random.Next(2)))];
        var best = Best(jobs);
        var kept = InTime(Run("priced", jobs), jobs).Count();
        Assert.True(kept <= best, $"{kept} of at most {best}");
        Assert.True(kept >= best - 1, $"{kept} of {best}");
    });

    [Fact]
    public void A_mean_latency_goes_by_cost()
    {
        var builder = New("latency(mean-e2e)");
        builder.Waiting(prompt: 30);
        builder.Waiting(prompt: 4);
        Assert.Equal(1, builder.Plan(new PricedPlanner()).Grants[0].Row);
    }

    [Fact]
    public void Whose_answer_is_lost_gives_way_to_a_first_token_that_can_be_in_time()
    {
        Assert.Equal([0], Displaced(new PricedOptions(), "goodput(ttft=1ms,itl=1us)"));
        Assert.Equal([], Displaced(new PricedOptions { Displaces = DisplacedRows.None }, "goodput(ttft=1ms,itl=1us)"));
        Assert.Equal([], Displaced(new PricedOptions(), "goodput(ttft=1s,itl=1s)"));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    public void Without_step_times_it_is_the_order_of_vllm_and_says_so(double us)
    {
        var builder = new ViewBuilder { StepTime = new Broken(us) };
        builder.Waiting(prompt: 30);
        builder.Waiting(prompt: 4);
        var (planner, plan) = (new PricedPlanner(), new BatchPlan());
        var state = planner.NewState();
        planner.Plan(builder.View(), state, plan);
        Assert.Equal(builder.Plan(new VllmV1Planner()).Grants.ToArray(), plan.Grants.ToArray());
        Assert.Equal((PriceSource.None, 1L), (((IPricedState)state).Source, ((IPricedState)state).Fallbacks));
    }

    [Fact]
    public void A_price_is_0_while_all_can_be_in_time_and_what_the_left_out_would_pay_after()
    {
        Assert.Equal(0, PriceAfter(prompts: 2));
        // 20 prompts of 10 steps each, due after 30: a value for some milliseconds.
        Assert.InRange(PriceAfter(prompts: 20), 1e-3, 1);
    }

    [Fact]
    public void Nobody_waits_for_ever()
    {
        // Gold comes at the speed of the machine; the first has no limit and nothing to be kept for.
        Job[] jobs = [Job(0, 0, 64, 3), .. Enumerable.Range(1, 400).Select(id => Job(id, id - 1, 32, 2))];
        var (patient, impatient) = (Run("priced", jobs), Run("priced:patience-s=0.05", jobs));
        Assert.True(patient.Traces[0].EndStep > 300);
        Assert.InRange(impatient.Traces[0].EndStep!.Value, 50, 60);
    }

    [Fact]
    public void It_says_which_prices_it_went_by()
    {
        var log = new Terms();
        var builder = new ViewBuilder { Log = log };
        builder.Waiting(prompt: 4);
        builder.Plan(new PricedPlanner());
        Assert.Contains("price-source", log.Names);
        Assert.Contains("machine-price-per-ms", log.Names);
        Assert.Contains("kv-share", log.Names);
    }

    private static ViewBuilder New(string objective)
    {
        Assert.True(Objective.TryParse(objective, out var parsed, out _));
        return new ViewBuilder { ServiceClasses = parsed.Classes, StepTime = new LinearStepTime(10, 1, 1, 0) };
    }

    private static int[] Displaced(PricedOptions options, string objective)
    {
        Assert.True(Objective.TryParse(objective, out var parsed, out _));
        var builder = new ViewBuilder { ServiceClasses = parsed.Classes, StepTime = new LinearStepTime(10, 1, 1, 0), KvBlocksAvailable = 1 };
        builder.Running(prompt: 40, generated: 9);
        builder.Waiting(prompt: 20, believed: 2);
        var (planner, plan) = (new PricedPlanner(options), new BatchPlan());
        var view = builder.View();
        // Its first token came at 0, its newest long ago: under the short gap its answer is lost.
        (view.Table.FirstTokenUs[0], view.Table.LastTokenUs[0]) = (-900, -500);
        planner.Plan(view, planner.NewState(), plan);
        return plan.Preemptions.ToArray();
    }

    private static double PriceAfter(int prompts)
    {
        PolicyState? heard = null;
        var planner = new Spied(new PricedPlanner(), state => heard = state);
        Job[] jobs = [.. Enumerable.Range(0, prompts).Select(id => Job(id, 0, 320, 0))];
        var run = new ReplicaRun(planner, Limits, new KvLedgerOptions { BlocksTotal = 10_000, BlockSizeTokens = 4 }, jobs, classes: Classes) { Verifies = false };
        for (var step = 0; step < 25 && !run.IsOver; step++) run.Advance();
        return ((IPricedState)heard!).MachinePerMs;
    }

    /// <summary>Most jobs that can be in time together: in order of when they are due, every subset tried (Jackson, 1955).</summary>
    private static int Best(Job[] jobs)
    {
        var best = 0;
        for (var set = 0; set < 1 << jobs.Length; set++)
        {
            var (at, all) = (0L, true);
            foreach (var job in jobs.Where((_, index) => (set >> index & 1) > 0).OrderBy(job => Classes[new ClassId(job.Class)].Slo.TtftUsMax))
            {
                at += job.Prompt.Count * 1_000 / 32;
                all &= at <= Classes[new ClassId(job.Class)].Slo.TtftUsMax;
            }

            if (all) best = Math.Max(best, System.Numerics.BitOperations.PopCount((uint)set));
        }

        return best;
    }

    private sealed class Broken(double us) : IStepTimeModel
    {
        public double StepUs(in StepLoad load) => us;
    }

    private sealed class Terms : IDecisionLog
    {
        public List<string> Names { get; } = [];

        public void Write(DecisionKind kind, RequestId request, int choice, ReadOnlySpan<Term> terms)
        {
            foreach (var term in terms) Names.Add(term.Name);
        }
    }

    private sealed class Spied(IBatchPlanner planner, Action<PolicyState> hears) : IBatchPlanner
    {
        public string Name => planner.Name;

        public PolicyState NewState()
        {
            var state = planner.NewState();
            hears(state);
            return state;
        }

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan) => planner.Plan(view, state, plan);
    }
}
