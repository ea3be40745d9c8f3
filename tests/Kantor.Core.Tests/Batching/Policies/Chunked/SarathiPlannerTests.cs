using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Chunked;

public class SarathiPlannerTests
{
    [Fact]
    public void All_decodes_come_before_prompts_that_were_admitted_earlier()
    {
        var view = new ViewBuilder { StepTokensMax = 10 };
        view.Running(prompt: 40, generated: 0, computed: 8);
        view.Running(prompt: 4, generated: 2);
        view.Running(prompt: 4, generated: 2);
        view.Waiting(prompt: 4);
        Assert.Equal([new Grant(1, 1, 0), new Grant(2, 1, 0), new Grant(0, 8, 0)], view.Plan(new SarathiPlanner()).Grants.ToArray());
    }

    [Fact]
    public void An_admission_takes_the_whole_prompts_memory_at_once()
    {
        var view = new ViewBuilder { StepTokensMax = 10 };
        view.Waiting(prompt: 40);
        Assert.Equal([new Grant(0, 10, 40)], view.Plan(new SarathiPlanner()).Grants.ToArray());
    }

    [Theory]
    [InlineData(11, 1)]
    [InlineData(12, 2)]
    public void One_percent_of_the_pool_stays_free(int available, int grants)
    {
        var view = new ViewBuilder { KvBlocksTotal = 200, KvBlocksAvailable = available };
        view.Running(prompt: 7, generated: 1);
        view.Waiting(prompt: 40);
        Assert.Equal(grants, view.Plan(new SarathiPlanner()).Grants.Length);
    }

    [Fact]
    public void The_newest_running_request_gives_way_to_a_decode()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        view.Running(prompt: 8, generated: 1);
        view.Running(prompt: 40, generated: 0, computed: 8);
        view.Waiting(prompt: 1);
        var plan = view.Plan(new SarathiPlanner());
        Assert.Equal([1], plan.Preemptions.ToArray());
        Assert.Equal([new Grant(0, 1, 0)], plan.Grants.ToArray());
    }

    [Fact]
    public void The_watermark_must_be_a_share() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SarathiPlanner(new SarathiOptions { Watermark = -0.1 }));
}
