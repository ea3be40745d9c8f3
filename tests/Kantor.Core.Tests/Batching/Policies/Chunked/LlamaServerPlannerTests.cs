using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Chunked;

public class LlamaServerPlannerTests
{
    [Fact]
    public void All_decodes_come_first_and_one_prompt_fills_the_step()
    {
        var view = new ViewBuilder { StepTokensMax = 10 };
        view.Running(prompt: 4, generated: 2);
        view.Running(prompt: 4, generated: 2);
        view.Waiting(prompt: 40);
        view.Waiting(prompt: 3);
        Assert.Equal([new Grant(0, 1, 0), new Grant(1, 1, 0), new Grant(2, 8, 0)], view.Plan(new LlamaServerPlanner()).Grants.ToArray());
    }

    [Fact]
    public void What_a_prompt_leaves_the_next_slot_gets()
    {
        var view = new ViewBuilder { StepTokensMax = 10 };
        view.Waiting(prompt: 4);
        view.Waiting(prompt: 40);
        view.Waiting(prompt: 3);
        Assert.Equal([new Grant(0, 4, 0), new Grant(1, 6, 0)], view.Plan(new LlamaServerPlanner()).Grants.ToArray());
    }

    /// <summary>A short prompt waits behind a long one in a lower slot, however much earlier it could be done: what other planners mend.</summary>
    [Fact]
    public void Nobody_looks_at_priorities_or_at_memory()
    {
        var view = new ViewBuilder { StepTokensMax = 10, KvBlocksAvailable = 12 };
        view.Waiting(prompt: 40, priority: 5);
        view.Waiting(prompt: 3, priority: -5);
        Assert.Equal([new Grant(0, 10, 0)], view.Plan(new LlamaServerPlanner()).Grants.ToArray());
    }

    [Fact]
    public void There_are_as_many_slots_as_requests_may_run()
    {
        var view = new ViewBuilder { StepTokensMax = 100, RunningMax = 2 };
        for (var request = 0; request < 3; request++) view.Waiting(prompt: 4);
        Assert.Equal([0, 1], view.Plan(new LlamaServerPlanner()).Grants.ToArray().Select(grant => grant.Row));
    }

    /// <summary>The slot that was used longest ago is taken, and prompts go by the number of their slots, not by arrival.</summary>
    [Fact]
    public void Prompts_go_by_the_number_of_their_slots()
    {
        var (planner, view) = (new LlamaServerPlanner(), new ViewBuilder { StepTokensMax = 10, RunningMax = 2 });
        view.Waiting(prompt: 4);
        view.Waiting(prompt: 40);
        var state = planner.NewState();
        planner.Plan(view.View(), state, new BatchPlan());
        // The first has ended; a later one takes its slot, 0, and goes before the one that began earlier in slot 1.
        state.TimeIs(5);
        state.Ended(new RequestFacts { Id = new RequestId(0), PromptTokens = 4, OutputTokensMax = 9, ArrivalUs = 0 }, 0, new RequestEnd(RequestOutcome.LengthReached, 4, 1));
        var later = new ViewBuilder { StepTokensMax = 10, RunningMax = 2 };
        later.Waiting(prompt: 7);
        later.Running(prompt: 40, generated: 0, computed: 6);
        Assert.Equal([new Grant(0, 7, 0), new Grant(1, 3, 0)], Grants(planner, state, later));
    }

    [Fact]
    public void Whom_another_planner_let_in_has_a_slot_too()
    {
        var view = new ViewBuilder { StepTokensMax = 10, RunningMax = 1 };
        view.Running(prompt: 4, generated: 0, computed: 1);
        view.Running(prompt: 40, generated: 0, computed: 1);
        Assert.Equal([new Grant(0, 3, 0), new Grant(1, 7, 0)], view.Plan(new LlamaServerPlanner()).Grants.ToArray());
    }

    private static Grant[] Grants(LlamaServerPlanner planner, PolicyState state, ViewBuilder view)
    {
        var plan = new BatchPlan();
        planner.Plan(view.View(), state, plan);
        return plan.Grants.ToArray();
    }

    [Fact]
    public void The_newest_gives_way_when_no_KV_is_left()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        view.Running(prompt: 8, generated: 1);
        view.Running(prompt: 40, generated: 0, computed: 8);
        view.Waiting(prompt: 1);
        var plan = view.Plan(new LlamaServerPlanner());
        Assert.Equal([1], plan.Preemptions.ToArray());
        Assert.Equal([new Grant(0, 1, 0)], plan.Grants.ToArray());
    }
}
