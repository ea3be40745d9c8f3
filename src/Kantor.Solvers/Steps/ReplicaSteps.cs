using Google.OrTools.Sat;
using Kantor.Bounds.Facts;

namespace Kantor.Solvers.Steps;

/// <summary>
/// The steps of one replica, one after the other: in each, of each request at most one grant. Requests walk from what was computed to what
/// is computed; steps keep the limits of the fleet; empty ones, which take no time, come last.
/// </summary>
internal sealed class ReplicaSteps
{
    private readonly CpModel _model;
    private readonly FleetFacts _fleet;
    private readonly IReadOnlyList<ServedRequest> _requests;
    private readonly LoadTable _loads;
    private readonly long _horizon;
    private readonly BoolVar[] _hasRequest;
    private readonly BoolVar[][] _at;
    private IntVar? _lastEnd;
    private BoolVar? _wasBusy;

    /// <summary>A replica before its first step.</summary>
    public ReplicaSteps(CpModel model, FleetFacts fleet, IReadOnlyList<ServedRequest> requests, LoadTable loads, long horizon)
    {
        (_model, _fleet, _requests, _loads, _horizon) = (model, fleet, requests, loads, horizon);
        _hasRequest = [.. requests.Select(_ => model.NewBoolVar("has"))];
        _at = [.. requests.Select(Positions)];
        foreach (var (request, at) in requests.Zip(_at)) model.Add(at[0] == 1);
    }

    /// <summary>Whether this replica serves a request.</summary>
    public BoolVar Has(int request) => _hasRequest[request];

    /// <summary>One more step, after those before it.</summary>
    public void AddStep(Clock clock)
    {
        var duration = _model.NewIntVar(0, _loads.LongestDuration, "duration");
        var (start, end) = (_model.NewIntVar(0, _horizon, "start"), _model.NewIntVar(0, _horizon, "end"));
        _model.Add(start + duration == end);
        if (_lastEnd is not null) _model.Add(start >= _lastEnd);
        var chosen = new List<(Grant Grant, BoolVar IsHeld)>();
        for (var request = 0; request < _requests.Count; request++)
        {
            var grants = Granted(_requests[request]);
            Walk(request, grants);
            Time(_requests[request], grants, start, end, clock);
            chosen.AddRange(grants);
        }

        Limit(chosen);
        _loads.Bind(_model, chosen, duration);
        _lastEnd = end;
    }

    /// <summary>After the last step every request that is here has all its tokens, and no other has any.</summary>
    public void Close()
    {
        for (var request = 0; request < _requests.Count; request++)
        {
            _model.Add(_at[request][^1] == _hasRequest[request]);
            _model.Add(_at[request][0] + _hasRequest[request] == 1);
        }
    }

    private BoolVar[] Positions(ServedRequest request) =>
        [.. Enumerable.Range(request.Start, request.End - request.Start + 1).Select(computed => _model.NewBoolVar($"at {computed}"))];

    private (Grant Grant, BoolVar IsHeld)[] Granted(ServedRequest request) =>
        [.. request.Grants.Select(grant => (grant, _model.NewBoolVar($"{grant.From}+{grant.Tokens}")))];

    /// <summary>Where the request is after the step: where it was, less what goes, more what comes.</summary>
    private void Walk(int request, (Grant Grant, BoolVar IsHeld)[] grants)
    {
        var (before, after, start) = (_at[request], Positions(_requests[request]), _requests[request].Start);
        for (var index = 0; index < before.Length; index++)
        {
            var leaving = grants.Where(one => one.Grant.From == start + index).Select(one => one.IsHeld).ToArray();
            var coming = grants.Where(one => one.Grant.To == start + index).Select(one => one.IsHeld);
            _model.Add(LinearExpr.Sum(leaving) <= before[index]);
            _model.Add(after[index] + LinearExpr.Sum(leaving) == before[index] + LinearExpr.Sum(coming));
        }

        _model.AddExactlyOne(after);
        _at[request] = after;
    }

    /// <summary>Nothing is computed before it arrives; tokens come when their step ends.</summary>
    private void Time(ServedRequest request, (Grant Grant, BoolVar IsHeld)[] grants, IntVar start, IntVar end, Clock clock)
    {
        var arrival = clock.Units(request.Facts.ArrivalUs);
        _model.Add(start >= arrival * LinearExpr.Sum(grants.Select(one => one.IsHeld)));
        foreach (var (grant, isHeld) in grants)
        {
            if (request.TokenOf(grant) is { } token) _model.Add(token == end).OnlyEnforceIf(isHeld);
        }
    }

    private void Limit(List<(Grant Grant, BoolVar IsHeld)> chosen)
    {
        var (all, isBusy) = (chosen.Select(one => one.IsHeld).ToArray(), _model.NewBoolVar("busy"));
        _model.Add(LinearExpr.Sum(all) <= _fleet.Limits.RunningMax * isBusy);
        _model.Add(LinearExpr.Sum(all) >= isBusy);
        _model.Add(LinearExpr.WeightedSum(all, chosen.Select(one => (long)one.Grant.Tokens)) <= _fleet.Limits.StepTokensMax);
        _model.Add(LinearExpr.WeightedSum(all, chosen.Select(one => (long)one.Grant.To)) <= _fleet.KvTokens);
        if (_wasBusy is not null) _model.AddImplication(isBusy, _wasBusy);
        _wasBusy = isBusy;
    }
}
