using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Chunked;

public class DecodeMaximalPlannerTests
{
    [Fact]
    public void A_step_holds_all_decodes_and_one_chunk_that_leaves_room_for_a_full_batch()
    {
        var view = new ViewBuilder { StepTokensMax = 32, RunningMax = 5 };
        view.Running(prompt: 4, generated: 2);
        view.Running(prompt: 60, generated: 0, computed: 8);
        view.Running(prompt: 4, generated: 1);
        view.Waiting(prompt: 4);
        Assert.Equal([new Grant(0, 1, 0), new Grant(2, 1, 0), new Grant(1, 28, 0)], view.Plan(new DecodeMaximalPlanner()).Grants.ToArray());
    }

    [Fact]
    public void Without_a_prompt_under_way_one_is_admitted_with_memory_for_all_of_it_and_no_second_one()
    {
        var view = new ViewBuilder { StepTokensMax = 32, RunningMax = 5 };
        view.Waiting(prompt: 60);
        view.Waiting(prompt: 4);
        Assert.Equal([new Grant(0, 28, 60)], view.Plan(new DecodeMaximalPlanner()).Grants.ToArray());
    }

    [Fact]
    public void The_rest_of_a_prompt_is_not_filled_up_with_the_next_one()
    {
        var view = new ViewBuilder { StepTokensMax = 32, RunningMax = 5 };
        view.Running(prompt: 30, generated: 0, computed: 28);
        view.Waiting(prompt: 4);
        Assert.Equal([new Grant(0, 2, 0)], view.Plan(new DecodeMaximalPlanner()).Grants.ToArray());
    }

    [Fact]
    public void A_full_batch_only_decodes()
    {
        var view = new ViewBuilder { RunningMax = 2 };
        view.Running(prompt: 4, generated: 2);
        view.Running(prompt: 4, generated: 1);
        view.Waiting(prompt: 4);
        Assert.Equal([new Grant(0, 1, 0), new Grant(1, 1, 0)], view.Plan(new DecodeMaximalPlanner()).Grants.ToArray());
    }

    [Fact]
    public void The_newest_gives_way_and_nobody_is_admitted_in_that_step()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        view.Running(prompt: 8, generated: 1);
        view.Running(prompt: 31, generated: 1);
        view.Waiting(prompt: 1);
        var plan = view.Plan(new DecodeMaximalPlanner());
        Assert.Equal([1], plan.Preemptions.ToArray());
        Assert.Equal([new Grant(0, 1, 0)], plan.Grants.ToArray());
    }
}
