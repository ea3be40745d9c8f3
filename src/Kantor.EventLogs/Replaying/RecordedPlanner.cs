using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.EventLogs.Records;

namespace Kantor.EventLogs.Replaying;

/// <summary>Plans what was planned, and asks another policy at the same moment what it would have done.</summary>
internal sealed class RecordedPlanner(IBatchPlanner judged, KvRules rules, Comparison comparison, Func<PlanRecord> next) : IBatchPlanner
{
    private readonly Dictionary<long, int> _rows = [];
    private readonly BatchPlan _otherwise = new();
    private readonly PlanValidator _validator = new();

    /// <inheritdoc/>
    public string Name => "recorded";

    /// <inheritdoc/>
    public KvRules KvRules => rules;

    public int Faulty { get; private set; }

    public string? FirstFault { get; private set; }

    /// <inheritdoc/>
    public PolicyState NewState() => judged.NewState();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var recorded = next();
        Ask(view, state);
        FindRows(view);
        Write(recorded, plan);
        comparison.Add(view, plan, _otherwise, recorded.Deferred ?? []);
    }

    private void Ask(in BatchView view, PolicyState state)
    {
        _otherwise.Clear();
        if (FaultOf(view, state) is not { } fault) return;
        Faulty++;
        FirstFault ??= fault;
        _otherwise.Clear();
    }

    private string? FaultOf(in BatchView view, PolicyState state)
    {
        try
        {
            judged.Plan(view, state, _otherwise);
        }
#pragma warning disable CA1031 // A policy may be anybody's code: whatever it throws is contained here and reported.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return $"{judged.Name} threw {exception.GetType().Name}: {exception.Message}";
        }

        return _validator.FindFault(view, _otherwise);
    }

    private void FindRows(in BatchView view)
    {
        _rows.Clear();
        foreach (var row in view.Running) _rows.Add(view.Ids[row], row);
        foreach (var row in view.Waiting) _rows.Add(view.Ids[row], row);
    }

    private void Write(PlanRecord recorded, BatchPlan plan)
    {
        if (recorded.HoldsUntilUs is { } untilUs) plan.HoldUntil(untilUs);
        foreach (var request in recorded.Preempted ?? []) plan.AddPreemption(RowOf(request));
        for (var at = 0; at + 1 < recorded.Refused?.Count; at += 2)
        {
            plan.AddRefusal(RowOf(recorded.Refused[at]), (RequestOutcome)recorded.Refused[at + 1]);
        }

        for (var at = 0; at + 2 < recorded.Grants?.Count; at += 3)
        {
            plan.AddGrant(RowOf(recorded.Grants[at]), (int)recorded.Grants[at + 1], (int)recorded.Grants[at + 2]);
        }
    }

    private int RowOf(long request) => _rows.TryGetValue(request, out var row)
        ? row
        : throw new InvalidOperationException($"The log plans for request {request}, which neither runs nor waits.");
}
