using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Views;
using Kantor.Core.Tests.Batching;

namespace Kantor.Core.Tests.Decisions;

public class DecisionLogTests
{
    [Fact]
    public void Svf_says_what_it_weighed_for_each_row_that_it_considered()
    {
        var log = new Notes();
        var builder = new ViewBuilder { Log = log };
        var (small, large) = (builder.Waiting(8, believed: 4), builder.Waiting(40, believed: 60));
        builder.Plan(new SvfPlanner());
        Assert.Equal([(DecisionKind.Plan, small), (DecisionKind.Plan, large)], log.Written.Select(note => (note.Kind, note.Choice)));
        var terms = log.Written[0].Terms.ToDictionary(term => term.Name, term => term.Value);
        // 8 x 4 + 4 x 5 / 2 token-rounds, 2 blocks of 4 tokens, 4 rounds.
        Assert.Equal((42, 2, 4, 0), (terms["key-token-rounds"], terms["held-blocks"], terms["believed-rounds"], terms["cached-tokens"]));
        Assert.All(log.Written.SelectMany(note => note.Terms), term => Assert.Equal(0, term.AgeUs));
    }

    [Theory]
    [InlineData(VllmV1Victim.ByOrder)]
    [InlineData(VllmV1Victim.LeastComputed)]
    public void Vllm_says_who_gave_way_and_what_that_row_had(VllmV1Victim victim)
    {
        var log = new Notes();
        var builder = new ViewBuilder { Log = log, KvBlocksTotal = 8, KvBlocksAvailable = 0 };
        builder.Running(8, 9);
        var last = builder.Running(8, 1, computed: 8, priority: 5);
        var plan = builder.Plan(new VllmV1Planner(new VllmV1Options { Victim = victim }));
        Assert.Equal([last], plan.Preemptions.ToArray());
        var note = Assert.Single(log.Written);
        Assert.Equal((DecisionKind.Preempt, last, new RequestId(last)), (note.Kind, note.Choice, note.Request));
        Assert.Contains(new Term("computed-tokens", 8), note.Terms);
        Assert.Contains(new Term("priority", 5), note.Terms);
    }

    [Fact]
    public void A_plan_is_the_same_whether_somebody_listens_or_not()
    {
        BatchPlan Planned(IDecisionLog? log)
        {
            var builder = new ViewBuilder { Log = log, KvBlocksTotal = 30 };
            for (var row = 0; row < 8; row++) builder.Waiting(4 + (row * 5 % 17), believed: 3 + (row * 7 % 11));
            return builder.Plan(new SvfPlanner());
        }

        Assert.Equal(Planned(null).Grants.ToArray(), Planned(new Notes()).Grants.ToArray());
    }

    private sealed class Notes : IDecisionLog
    {
        public List<(DecisionKind Kind, RequestId Request, int Choice, Term[] Terms)> Written { get; } = [];

        public void Write(DecisionKind kind, RequestId request, int choice, ReadOnlySpan<Term> terms) => Written.Add((kind, request, choice, terms.ToArray()));
    }
}
