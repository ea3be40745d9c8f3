using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Kv;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;
using Kantor.Core.Tests.Replica;

namespace Kantor.Core.Tests.Batching.Policies.Arrival;

public class StaticPlannerTests
{
    [Fact]
    public void Nobody_joins_a_batch_that_decodes_even_when_places_and_memory_are_free()
    {
        var view = new ViewBuilder();
        view.Running(prompt: 4, generated: 2);
        view.Waiting(prompt: 4);
        Assert.Equal([new Grant(0, 1, 0)], view.Plan(new StaticPlanner()).Grants.ToArray());
    }

    [Fact]
    public void Before_the_first_decode_the_batch_is_open_and_waits_for_the_prompts_that_join()
    {
        var view = new ViewBuilder();
        view.Running(prompt: 4, generated: 1);
        view.Waiting(prompt: 10, outputMax: 31);
        Assert.Equal([new Grant(1, 10, 40)], view.Plan(new StaticPlanner()).Grants.ToArray());
    }

    [Fact]
    public void A_prompt_that_is_cut_is_finished_before_the_batch_decodes()
    {
        var view = new ViewBuilder { StepTokensMax = 8 };
        view.Running(prompt: 4, generated: 1);
        view.Running(prompt: 20, generated: 0, computed: 4);
        Assert.Equal([new Grant(1, 8, 0)], view.Plan(new StaticPlanner()).Grants.ToArray());
    }

    [Fact]
    public void A_short_answer_holds_its_place_until_the_longest_has_ended()
    {
        var jobs = new[] { Jobs.Plain(0, 0, 4, 2), Jobs.Plain(1, 0, 4, 40), Jobs.Plain(2, 1, 4, 2), Jobs.Plain(3, 60, 4, 2) };
        var run = new ReplicaRun(
            new StaticPlanner(), new BatchLimits { StepTokensMax = 64, RunningMax = 2 }, new KvLedgerOptions { BlocksTotal = 100, BlockSizeTokens = 4 }, jobs).ToEnd();
        Assert.Equal((1, 39, 40, 60), (run.Traces[0].EndStep, run.Traces[1].EndStep, run.Traces[2].FirstStep, run.Traces[3].FirstStep));
    }
}
