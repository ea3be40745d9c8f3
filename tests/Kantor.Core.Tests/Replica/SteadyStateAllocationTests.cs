using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Laws;

namespace Kantor.Core.Tests.Replica;

public class SteadyStateAllocationTests
{
    /// <summary>Those that promise it.</summary>
    public static TheoryData<string> Policies =>
        [.. PolicyCatalogue.BuiltIn.Planners.Entries.Where(entry => entry.Card.Promises.HasFlag(PolicyPromises.AllocatesNothing)).Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_step_allocates_nothing_once_its_buffers_have_grown__INV_RUN_10(string policy) =>
        AllocationLaws.AStepAllocatesNothing(PolicyCatalogue.Planner(policy));

    /// <summary>
    /// Without a log no term is computed; with one the terms lie on the stack. Under vllm-v1 the rows outgrow their first block while they warm up and
    /// their second afterwards, and somebody gives way.
    /// </summary>
    [Theory]
    [InlineData("svf", 300, 100)]
    [InlineData("vllm-v1", 900, 400)]
    public void A_step_that_is_explained_allocates_nothing_either__INV_RUN_10(string policy, int warmUpSteps, int steps)
    {
        var (before, log) = (new Count(), new Count());
        AllocationLaws.AStepAllocatesNothing(PolicyCatalogue.Planner(policy), warmUpSteps, steps: 0, before);
        AllocationLaws.AStepAllocatesNothing(PolicyCatalogue.Planner(policy), warmUpSteps, steps, log);
        Assert.True(log.Terms > before.Terms, "nothing was explained");
    }

    private sealed class Count : IDecisionLog
    {
        public long Terms { get; private set; }

        public void Write(DecisionKind kind, RequestId request, int choice, ReadOnlySpan<Term> terms) => Terms += terms.Length;
    }
}
