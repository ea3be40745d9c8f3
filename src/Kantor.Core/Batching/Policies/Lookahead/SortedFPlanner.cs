using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>
/// Batch after batch, each the one with the least F(X) = (sum of outputs) / |X|² whose peaks fit the pool in sum; within a batch the
/// shortest output first, admitted under the lookahead's prefix rule (arXiv 2508.06133; research notes, theory 3.2).
/// </summary>
/// <remarks>
/// The source orders a backlog. Here the next batch is chosen from those that wait when all of the last one are admitted, which for a
/// backlog is the same order. Preempted requests go first.
/// </remarks>
public sealed class SortedFPlanner : BacklogPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "batches with the least outputs in sum by members squared, the shortest first within one",
        "arXiv 2508.06133")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "all at once, one worker, unit rounds, lengths known",
        Guarantee = "total latency at most 48 times the best (theory 3.2)",
        Information = LengthInformation.Point,
        Evidence = Evidence.Reconstructed,
        Cost = "O(r log r) a step; O(n log n) a batch, exponential in exact-max",
    };

    private readonly SortedFOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SortedFPlanner(SortedFOptions? options = null)
        : base(PolicySpec.Of("sorted-f", SortedFOptions.Keys, options ?? new SortedFOptions()).ToString())
    {
        _options = options ?? new SortedFOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new SortedFState();

    private protected override int PlannedTokens(in BatchView view, OrderedState memory, int row, in LengthBelief belief) =>
        _options.PlansForUpperBelief ? belief.UpperTokens : belief.MeanTokens;

    private protected override void ChooseBatch(in BatchView view, BacklogState memory)
    {
        var sorted = (SortedFState)memory;
        WriteQueue(view, sorted);
        for (var item = 0; item < sorted.Rows.Length; item++)
        {
            var row = sorted.Rows[item];
            sorted.Outputs[item] = RemainingRounds(view, sorted, row);
            sorted.Peaks[item] = Math.Min(view.KvBlocksTotal, view.BlocksFor(view.WantedTokens[row] + RemainingRounds(view, sorted, row)));
        }

        Search(sorted, view.KvBlocksTotal);
        for (var item = 0; item < sorted.Rows.Length; item++)
        {
            if (sorted.Chosen[item]) sorted.Join(sorted.Rows[item], sorted.Outputs[item]);
        }
    }

    /// <summary>Who waits and was not admitted in this step, in order of output, ties in order of arrival.</summary>
    private void WriteQueue(in BatchView view, SortedFState memory)
    {
        memory.BeginBatch(memory.Queue.Count);
        var item = 0;
        memory.Queue.StartReading();
        while (item < memory.Rows.Length && memory.Queue.TryRead(out var row))
        {
            memory.Rows[item] = row;
            memory.SortKeys[item++] = ((long)RemainingRounds(view, memory, row) << 32) + memory.ArrivalOf(row);
        }

        memory.SortKeys.Sort(memory.Rows);
    }

    private void Search(SortedFState memory, long poolBlocks)
    {
        var batches = memory.Batches;
        if (memory.Rows.Length <= _options.ExactMax) batches.Exact(memory.Outputs, memory.Peaks, poolBlocks, memory.Chosen);
        else if (_options.Search == BatchSearch.Local) batches.Local(memory.Outputs, memory.Peaks, poolBlocks, memory.Chosen);
        else batches.Greedy(memory.Outputs, memory.Peaks, poolBlocks, memory.Chosen);
    }
}
