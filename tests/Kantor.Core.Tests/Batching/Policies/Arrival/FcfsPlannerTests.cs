using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Arrival;

public class FcfsPlannerTests
{
    [Fact]
    public void Nobody_overtakes_a_request_whose_prompt_does_not_fit()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 4 };
        view.Waiting(prompt: 20);
        view.Waiting(prompt: 4);
        Assert.True(view.Plan(new FcfsPlanner()).IsEmpty);
    }

    [Fact]
    public void The_newest_running_request_gives_way_first()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        view.Running(prompt: 8, generated: 1);
        view.Running(prompt: 7, generated: 1);
        view.Running(prompt: 5, generated: 1);
        view.Waiting(prompt: 1);
        var plan = view.Plan(new FcfsPlanner());
        Assert.Equal([2], plan.Preemptions.ToArray());
        Assert.Equal([new Grant(0, 1, 0), new Grant(1, 1, 0)], plan.Grants.ToArray());
    }

    [Fact]
    public void The_last_admission_takes_what_is_left_of_the_step()
    {
        var view = new ViewBuilder { StepTokensMax = 20 };
        view.Running(prompt: 8, generated: 1);
        view.Waiting(prompt: 12);
        view.Waiting(prompt: 12);
        view.Waiting(prompt: 12);
        Assert.Equal([new Grant(0, 1, 0), new Grant(1, 12, 0), new Grant(2, 7, 0)], view.Plan(new FcfsPlanner()).Grants.ToArray());
    }
}
