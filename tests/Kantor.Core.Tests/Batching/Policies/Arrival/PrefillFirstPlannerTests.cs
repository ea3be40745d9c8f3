using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Arrival;

public class PrefillFirstPlannerTests
{
    [Fact]
    public void While_a_prompt_can_be_admitted_no_decode_is_computed()
    {
        var view = new ViewBuilder();
        view.Running(prompt: 4, generated: 2);
        view.Waiting(prompt: 10);
        view.Waiting(prompt: 20);
        Assert.Equal([new Grant(1, 10, 10), new Grant(2, 20, 20)], view.Plan(new PrefillFirstPlanner()).Grants.ToArray());
    }

    [Fact]
    public void When_none_can_be_admitted_all_decodes_are_computed()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 2 };
        view.Running(prompt: 4, generated: 2);
        view.Running(prompt: 4, generated: 2);
        view.Waiting(prompt: 10);
        Assert.Equal([new Grant(0, 1, 0), new Grant(1, 1, 0)], view.Plan(new PrefillFirstPlanner()).Grants.ToArray());
    }
}
