using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Geometric;

/// <summary>
/// Geometric slicing: nothing is known of lengths, so every request runs for a slice of output that grows geometrically from phase to
/// phase, gives its memory up at the end, and waits for its next slice behind all that are in an earlier phase (arXiv 2601.22996, of which
/// an abstract and design notes are known; research notes, theory 3.5).
/// </summary>
/// <remarks>
/// The source restarts a request in each phase; here it keeps its tokens and computes their KV again. It goes on without a break when
/// nobody who waits would go before it.
/// </remarks>
public sealed class GsaPlanner(GeometricOptions? options = null) : GeometricPlanner(
    PolicySpec.Of("gsa", GeometricOptions.Keys, options ?? new GeometricOptions()).ToString(), options ?? new GeometricOptions())
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "slices of output that grow geometrically; who has had one waits behind all who have not",
        "arXiv 2601.22996")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "all at once, one worker, unit rounds, nothing known of lengths",
        Guarantee = "of the source's form: total latency at most 61.92 times the best, 32 in large memory (theory 3.5)",
        Information = LengthInformation.None,
        Evidence = Evidence.Reconstructed,
        Cost = "O(r log r + log n)",
    };

    /// <summary>While nobody waits, until a slice ends: who then goes on has its next one.</summary>
    public override int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan)
    {
        if (!view.Waiting.IsEmpty) return 1;
        var steps = int.MaxValue;
        foreach (var row in view.Running)
        {
            var end = Math.Max(((GeometricState)state).SliceEndOf(row), PhaseOf(view, row).Tokens);
            steps = Math.Min(steps, Math.Max(1, end - view.GeneratedTokens[row]));
        }

        return steps;
    }

    private protected override int TokensToCome(in BatchView view, int row) => view.GeneratedTokens[row] + 1;

    private protected override bool PlanRunning(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var phases = (GeometricState)memory;
        foreach (var row in view.Running)
        {
            if (view.GeneratedTokens[row] < phases.SliceEndOf(row)) continue;
            var isBefore = view.Waiting.IsEmpty || SortKey.Of(PhaseOf(view, row).Phase, memory.ArrivalOf(row)) < FirstKey(memory);
            if (isBefore) phases.SetSliceEnd(row, PhaseOf(view, row).Tokens);
            else Preempt(view, memory, plan, ref budget, row);
        }

        PassWithVictims(view, memory, plan, ref budget, decoding: true);
        PassWithVictims(view, memory, plan, ref budget, decoding: false);
        return plan.Preemptions.IsEmpty;
    }

    private static long FirstKey(OrderedState memory)
    {
        memory.Queue.StartReading();
        return memory.Queue.TryRead(out var row) ? memory.KeyOf(row) : long.MaxValue;
    }
}
