using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Chunked;

public class VllmV1PlannerTests
{
    [Fact]
    public void A_running_prompt_takes_what_decodes_before_it_left_and_those_behind_get_nothing()
    {
        var view = new ViewBuilder { StepTokensMax = 10 };
        view.Running(prompt: 4, generated: 2);
        view.Running(prompt: 40, generated: 0, computed: 8);
        view.Running(prompt: 4, generated: 2);
        view.Waiting(prompt: 4);
        Assert.Equal([new Grant(0, 1, 0), new Grant(1, 9, 0)], view.Plan(new VllmV1Planner()).Grants.ToArray());
    }

    [Fact]
    public void The_long_prefill_threshold_cuts_running_and_waiting_prompts()
    {
        var view = new ViewBuilder { StepTokensMax = 20 };
        view.Running(prompt: 40, generated: 0, computed: 8);
        view.Waiting(prompt: 30);
        view.Waiting(prompt: 3);
        var plan = view.Plan(new VllmV1Planner(new VllmV1Options { LongPrefillTokensMax = 6 }));
        Assert.Equal([new Grant(0, 6, 0), new Grant(1, 6, 0), new Grant(2, 3, 0)], plan.Grants.ToArray());
    }

    [Fact]
    public void Nobody_is_admitted_in_a_step_that_preempted()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        view.Running(prompt: 8, generated: 1);
        view.Running(prompt: 31, generated: 1);
        view.Waiting(prompt: 1);
        var plan = view.Plan(new VllmV1Planner());
        Assert.Equal([1], plan.Preemptions.ToArray());
        Assert.Equal([new Grant(0, 1, 0)], plan.Grants.ToArray());
    }

    [Fact]
    public void A_victim_that_was_scheduled_already_gives_its_tokens_back()
    {
        // By priority row 0 is the least urgent; it has been granted its chunk before row 1 finds no block.
        var view = new ViewBuilder { StepTokensMax = 10, KvBlocksAvailable = 3 };
        view.Running(prompt: 17, generated: 0, computed: 8, priority: 5);
        view.Running(prompt: 16, generated: 1, priority: 1);
        var plan = view.Plan(new VllmV1Planner(new VllmV1Options { Order = VllmV1Order.Priority }));
        Assert.Equal([0], plan.Preemptions.ToArray());
        Assert.Equal([new Grant(1, 1, 0)], plan.Grants.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void By_priority_the_least_urgent_gives_way_even_if_it_is_the_one_that_asks_and_then_the_pass_ends_or_goes_on(bool ends)
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        view.Running(prompt: 8, generated: 1, priority: 9);
        view.Running(prompt: 8, generated: 1, priority: 1);
        var plan = view.Plan(new VllmV1Planner(new VllmV1Options { Order = VllmV1Order.Priority, OwnPreemptionEndsPass = ends }));
        Assert.Equal([0], plan.Preemptions.ToArray());
        Assert.Equal(ends ? [] : [new Grant(1, 1, 0)], plan.Grants.ToArray());
    }

    [Theory]
    [InlineData(VllmV1Victim.ByOrder, 2)]
    [InlineData(VllmV1Victim.LeastComputed, 1)]
    [InlineData(VllmV1Victim.MostComputed, 0)]
    public void The_victim_is_the_newest_or_the_one_with_the_fewest_or_the_most_computed_tokens(VllmV1Victim victim, int expected)
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        view.Running(prompt: 24, generated: 1);
        view.Running(prompt: 6, generated: 2);
        view.Running(prompt: 16, generated: 1);
        Assert.Equal([expected], view.Plan(new VllmV1Planner(new VllmV1Options { Victim = victim })).Preemptions.ToArray());
    }

    [Fact]
    public void Of_victims_alike_the_later_arrival_gives_way_and_an_unknown_victim_is_refused()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        for (var row = 0; row < 3; row++) view.Running(prompt: 8, generated: 1);
        Assert.Equal([2], view.Plan(new VllmV1Planner(new VllmV1Options { Victim = VllmV1Victim.LeastComputed })).Preemptions.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => new VllmV1Planner(new VllmV1Options { Victim = (VllmV1Victim)9 }));
    }

    [Fact]
    public void By_priority_the_queue_moves_in_order_of_priority_then_id()
    {
        var view = new ViewBuilder { StepTokensMax = 100 };
        view.Waiting(prompt: 4, priority: 2);
        view.Waiting(prompt: 5, priority: 0);
        view.Waiting(prompt: 6, priority: 2);
        view.Waiting(prompt: 7, priority: -1);
        var plan = view.Plan(new VllmV1Planner(new VllmV1Options { Order = VllmV1Order.Priority }));
        Assert.Equal([3, 1, 0, 2], plan.Grants.ToArray().Select(grant => grant.Row));
    }

    [Fact]
    public void The_head_blocks_the_queue()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 4 };
        view.Running(prompt: 4, generated: 2);
        view.Waiting(prompt: 40);
        view.Waiting(prompt: 4);
        Assert.Equal([0], view.Plan(new VllmV1Planner()).Grants.ToArray().Select(grant => grant.Row));
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void The_whole_sequence_must_fit_unless_the_first_chunk_is_enough(bool wholeSequenceMustFit, int admitted)
    {
        var view = new ViewBuilder { StepTokensMax = 8, KvBlocksAvailable = 4 };
        view.Waiting(prompt: 40);
        var plan = view.Plan(new VllmV1Planner(new VllmV1Options { WholeSequenceMustFit = wholeSequenceMustFit }));
        Assert.Equal(admitted, plan.Grants.Length);
    }

    [Theory]
    [InlineData(0.0, 2)]
    [InlineData(0.02, 1)]
    public void The_watermark_stays_free_when_something_runs(double watermark, int grants)
    {
        var view = new ViewBuilder { KvBlocksAvailable = 4 };
        view.Running(prompt: 7, generated: 1);
        view.Waiting(prompt: 12);
        Assert.Equal(grants, view.Plan(new VllmV1Planner(new VllmV1Options { Watermark = watermark })).Grants.Length);
    }

    [Fact]
    public void The_watermark_does_not_stop_the_only_request()
    {
        var view = new ViewBuilder { KvBlocksTotal = 4 };
        view.Waiting(prompt: 16);
        Assert.Equal(1, view.Plan(new VllmV1Planner(new VllmV1Options { Watermark = 0.5 })).Grants.Length);
    }

    [Fact]
    public void Without_chunking_a_prompt_waits_for_a_step_that_holds_it()
    {
        var view = new ViewBuilder { StepTokensMax = 10 };
        view.Running(prompt: 4, generated: 2);
        view.Waiting(prompt: 10);
        Assert.Equal(1, view.Plan(new VllmV1Planner(new VllmV1Options { ChunkedPrefill = false })).Grants.Length);
        Assert.Equal(2, view.Plan(new VllmV1Planner()).Grants.Length);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VllmV1Planner(new VllmV1Options { Watermark = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VllmV1Planner(new VllmV1Options { Watermark = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VllmV1Planner(new VllmV1Options { LongPrefillTokensMax = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VllmV1Planner(new VllmV1Options { Order = (VllmV1Order)7 }));
        Assert.Throws<ArgumentException>(() => new VllmV1Planner(new VllmV1Options { LongPrefillTokensMax = 5, ChunkedPrefill = false }));
    }
}
