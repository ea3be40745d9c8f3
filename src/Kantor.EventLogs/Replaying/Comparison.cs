using Kantor.Core.Batching;

namespace Kantor.EventLogs.Replaying;

/// <summary>Counts where two plans of the same moment differ. Their order is not compared: a step computes all of them.</summary>
internal sealed class Comparison(int shownMax)
{
    private readonly Dictionary<(PlanActionKind, PlanActionKind), int> _counts = [];
    private readonly List<PlanDifference> _shown = [];

    public int Plans { get; private set; }

    public int Otherwise { get; private set; }

    public IReadOnlyDictionary<(PlanActionKind Recorded, PlanActionKind Judged), int> Counts => _counts;

    public IReadOnlyList<PlanDifference> Shown => _shown;

    /// <summary>
    /// What becomes of requests that the books deferred is no difference: the plan asked for them, and the log has no more.
    /// </summary>
    public void Add(in BatchView view, BatchPlan recorded, BatchPlan judged, IReadOnlyList<long> deferred)
    {
        Plans++;
        var (was, wouldBe, differs) = (PlanActions.Of(view, recorded), PlanActions.Of(view, judged), false);
        if ((recorded.HoldsUntilUs is null) != (judged.HoldsUntilUs is null))
        {
            differs = true;
            Note(new PlanDifference(view.NowUs, null, HoldOf(recorded), HoldOf(judged)));
        }

        foreach (var request in was.Keys.Union(wouldBe.Keys).Order())
        {
            var (done, other) = (was.GetValueOrDefault(request), wouldBe.GetValueOrDefault(request));
            if (done == other || deferred.Contains(request)) continue;
            differs = true;
            Note(new PlanDifference(view.NowUs, request, done, other));
        }

        if (differs) Otherwise++;
    }

    private static PlanAction HoldOf(BatchPlan plan) =>
        plan.HoldsUntilUs is null ? PlanAction.Nothing : new PlanAction(PlanActionKind.Hold, 0);

    private void Note(in PlanDifference difference)
    {
        var key = (difference.Recorded.Kind, difference.Judged.Kind);
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
        if (_shown.Count < shownMax) _shown.Add(difference);
    }
}
