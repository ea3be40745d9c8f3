using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;
using Kantor.Core.Tests.Replica;

namespace Kantor.Core.Tests.Batching.Policies.Arrival;

public class OrcaPlannerTests
{
    [Fact]
    public void Prompt_and_declared_output_are_reserved_for_life()
    {
        var view = new ViewBuilder();
        view.Waiting(prompt: 10, outputMax: 31);
        Assert.Equal([new Grant(0, 10, 40)], view.Plan(new OrcaPlanner()).Grants.ToArray());
    }

    [Fact]
    public void A_prompt_is_not_cut_to_fill_a_step()
    {
        var view = new ViewBuilder { StepTokensMax = 20 };
        view.Waiting(prompt: 15, outputMax: 2);
        view.Waiting(prompt: 6, outputMax: 2);
        view.Waiting(prompt: 5, outputMax: 2);
        Assert.Equal([0], view.Plan(new OrcaPlanner()).Grants.ToArray().Select(grant => grant.Row));
    }

    [Fact]
    public void Reservations_limit_how_many_run_whatever_they_use()
    {
        // 100 blocks of 4 tokens; each declares 4 + 97 - 1 = 100 tokens and generates 10.
        var run = new ReplicaRun(
            new OrcaPlanner(),
            new BatchLimits { StepTokensMax = 512, RunningMax = 64 },
            new Core.Kv.KvLedgerOptions { BlocksTotal = 100, BlockSizeTokens = 4 },
            Enumerable.Range(0, 20).Select(id => Jobs.Plain(id, 0, 4, 10, 97)));
        var most = 0;
        for (; !run.IsOver; run.Advance()) most = Math.Max(most, run.Scheduler.RunningCount);
        Assert.Equal(4, most);
    }
}
