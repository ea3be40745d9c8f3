using Google.OrTools.Sat;
using Kantor.Bounds.Exact;
using Kantor.Bounds.Facts;
using Kantor.Core.Objectives;
using Kantor.Solvers.Solving;

namespace Kantor.Solvers.Steps;

/// <summary>
/// The best that any schedule of a few short requests reaches, step by step, with everything known beforehand, as an integer program for
/// CP-SAT: a second opinion of <see cref="StepOptimum"/> that shares no code with it but the requests, the fleet and the step times.
/// </summary>
/// <remarks>
/// For request i (prompt s, hit h, answer o, arrival a), step k of a replica, and grant (c → c + g), which computes g tokens after c:
/// z_ik(c → c + g) = 1 where the step holds the grant, p_ik(c) = 1 where i has computed c tokens before it, y_i = 1 where i is served.
/// <code>
/// max Σ_i r_i·y_i,  or min Σ_i (T_i − a_i) with all y_i = 1
///     p_i,k+1(c) = p_ik(c) − Σ_g z_ik(c → c + g) + Σ_g z_ik(c − g → c)     walks, from c = h to s + o − 1 if y_i, nowhere if not
///     Σ_i Σ g·z ≤ S,  Σ_i Σ z ≤ B,  Σ_i Σ (c + g)·z ≤ M                    tokens, requests and KV of every step
///     (P_k, D_k, …, d_k) is a row of the table of loads                    how long the step takes, whatever the model
///     e_k = b_k + d_k,  b_k+1 ≥ e_k,  b_k ≥ a_i·z                          one step at a time, none before the arrival
///     z_ik(c → s + j) = 1 ⇒ T_ij = e_k                                     token j of the answer, from 0, comes with its step
/// </code>
/// Objectives are bounds of T. Of several replicas each has steps of its own and a served request belongs to one. As many steps as there
/// are tokens suffice, and the latest end is that of all of them after the last arrival. Times are whole microseconds, or else nanoseconds.
/// What is not served is not computed in part either, which costs nothing where steps do not take longer for less.
/// </remarks>
public sealed class StepProgram
{
    /// <summary>
    /// Times hang on choices by implications, of which a linear relaxation knows nothing, and probing costs more than it finds: with both
    /// left out the proofs take less than half as long.
    /// </summary>
    private const string Search = "linearization_level:0,cp_model_probing_level:0,symmetry_level:0";

    private readonly CpModel _model = new();
    private readonly FleetFacts _fleet;
    private readonly Clock _clock;
    private readonly long _horizon;
    private readonly ServedRequest[] _requests;

    private StepProgram(IReadOnlyList<BoundRequest> requests, FleetFacts fleet, bool isFirstTokenAll)
    {
        fleet.Limits.Validate();
        int Counted(BoundRequest request) => isFirstTokenAll ? 1 : request.OutputTokens;
        Grant[][] grants = [.. requests.Select(one => Grant.AllOf(one, Counted(one), fleet.Limits.StepTokensMax))];
        _fleet = fleet;
        _clock = Clock.For(LoadTable.Loads(grants, fleet).Select(load => fleet.StepTime.StepUs(load)));
        var loads = LoadTable.Of(grants, fleet, _clock);
        var steps = requests.Sum(one => one.FreshTokens + Counted(one) - 1);
        _horizon = _clock.Units(requests.Select(one => one.ArrivalUs).Append(0).Max()) + (steps * loads.LongestDuration);
        _requests = [.. requests.Zip(grants, (one, its) => Add(one, its, Counted(one)))];
        Serve([.. Enumerable.Range(0, fleet.Replicas).Select(_ => new ReplicaSteps(_model, fleet, _requests, loads, _horizon))]);
    }

    /// <summary>Most weight of requests within their objectives; null where it was not proved.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="slo">Their objectives.</param>
    /// <param name="effort">How much the solver may work.</param>
    /// <exception cref="TooManyStatesException">A step can have too many loads.</exception>
    public static double? Goodput(IReadOnlyList<BoundRequest> requests, FleetFacts fleet, SloSpec slo, SolverEffort? effort = null)
    {
        var program = new StepProgram(requests, fleet, isFirstTokenAll: false);
        foreach (var request in program._requests) program.Hold(request, slo);
        program._model.Maximize(LinearExpr.WeightedSum(
            program._requests.Select(one => one.IsServed), requests.Select(one => IntegerModels.Units(one.Weight))));
        return IntegerModels.Proved(program._model, effort, Search) is { } solver
            ? program._requests.Where(one => solver.BooleanValue(one.IsServed)).Sum(one => one.Facts.Weight)
            : null;
    }

    /// <summary>Least sum of times to first token or to the end, in microseconds; null where it was not proved.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="kind"><see cref="LatencyKind.Ttft"/> or <see cref="LatencyKind.E2e"/>.</param>
    /// <param name="effort">How much the solver may work.</param>
    /// <exception cref="ArgumentException">A request does not fit, or the kind is another.</exception>
    /// <exception cref="TooManyStatesException">A step can have too many loads.</exception>
    public static double? TotalLatencyUs(
        IReadOnlyList<BoundRequest> requests, FleetFacts fleet, LatencyKind kind, SolverEffort? effort = null)
    {
        if (kind is not (LatencyKind.Ttft or LatencyKind.E2e)) throw new ArgumentException($"There is no optimum of {kind}.", nameof(kind));
        var program = new StepProgram(requests, fleet, isFirstTokenAll: kind == LatencyKind.Ttft);
        foreach (var request in program._requests) program._model.Add(request.IsServed == 1);
        program._model.Minimize(LinearExpr.Sum(program._requests.Select(one => one.TokenAt[^1])));
        return IntegerModels.Proved(program._model, effort, Search) is { } solver
            ? program._clock.Us((long)Math.Round(solver.ObjectiveValue)) - requests.Sum(one => one.ArrivalUs)
            : null;
    }

    private ServedRequest Add(BoundRequest facts, Grant[] grants, int answerTokens) => new(
        facts, answerTokens, grants, _model.NewBoolVar("served"),
        [.. Enumerable.Range(0, answerTokens).Select(token => _model.NewIntVar(0, _horizon, $"token {token}"))]);

    /// <summary>Each request that is served is so by one replica; replicas are alike, so that the first request is on the first.</summary>
    private void Serve(ReplicaSteps[] replicas)
    {
        for (var request = 0; request < _requests.Length; request++)
        {
            _model.Add(LinearExpr.Sum(replicas.Select(replica => replica.Has(request))) == _requests[request].IsServed);
        }

        foreach (var replica in replicas.Skip(1).Where(_ => _requests.Length > 0)) _model.Add(replica.Has(0) == 0);
        foreach (var replica in replicas)
        {
            for (var step = 0; step < _requests.Sum(request => request.StepsMax); step++) replica.AddStep(_clock);
            replica.Close();
        }
    }

    /// <summary>A served request's tokens keep its objectives.</summary>
    private void Hold(ServedRequest request, SloSpec slo)
    {
        var (at, arrival) = (request.TokenAt, _clock.Units(request.Facts.ArrivalUs));
        void AtMost(LinearExpr time, long? limitUs, int times = 1)
        {
            if (limitUs is { } limit) _model.Add(time <= _clock.Units(limit) * times).OnlyEnforceIf(request.IsServed);
        }

        AtMost(at[0] - arrival, slo.TtftUsMax);
        AtMost(at[^1] - arrival, slo.E2eUsMax);
        AtMost(at[^1] - at[0], slo.TpotUsMax, at.Length - 1);
        for (var token = 1; token < at.Length; token++) AtMost(at[token] - at[token - 1], slo.GapUsMax);
    }
}
