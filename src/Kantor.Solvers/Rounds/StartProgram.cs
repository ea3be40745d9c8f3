using Google.OrTools.LinearSolver;

namespace Kantor.Solvers.Rounds;

/// <summary>
/// The compressed linear program: shares of jobs at starts, memory by bucket. Rows are divided by their memory, so that all are alike.
/// </summary>
internal sealed class StartProgram : IDisposable
{
    /// <summary>Near enough: prices are a proof in any case, and the last digits take PDLP the longest.</summary>
    private const string FirstOrderParameters =
        "termination_criteria { simple_optimality_criteria { eps_optimal_absolute: 1e-6 eps_optimal_relative: 1e-4 } }";

    private readonly Solver _solver;
    private readonly RoundBuckets _buckets;
    private readonly double _bucketTokens;
    private readonly Constraint[] _memory;
    private readonly Objective _cost;

    public StartProgram(IReadOnlyList<StartChoice> choices, RoundBuckets buckets, long poolTokens, LinearMethod method)
    {
        _solver = Solver.CreateSolver(method == LinearMethod.Simplex ? "GLOP" : "PDLP");
        if (method == LinearMethod.FirstOrder) _solver.SetSolverSpecificParametersAsString(FirstOrderParameters);
        (_buckets, _bucketTokens, _cost) = (buckets, (double)poolTokens * buckets.Width, _solver.Objective());
        _memory = [.. Enumerable.Range(0, buckets.Count).Select(_ => _solver.MakeConstraint(double.NegativeInfinity, 1))];
        foreach (var choice in choices) AddJob(choice);
        _cost.SetMinimization();
    }

    /// <summary>Columns of the program.</summary>
    public int Columns => _solver.NumVariables();

    /// <summary>The least cost, once it is solved.</summary>
    public double Value => _cost.Value();

    /// <summary>Prices of a token for a round; none where the solver failed, which proves little but nothing wrong.</summary>
    public RoundPrices Solve()
    {
        var isSolved = _solver.Solve() is Solver.ResultStatus.OPTIMAL or Solver.ResultStatus.FEASIBLE;
        return new RoundPrices(_buckets, [.. _memory.Select(row => isSolved ? -row.DualValue() / _bucketTokens : 0)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _solver.Dispose();

    private void AddJob(StartChoice choice)
    {
        var whole = _solver.MakeConstraint(1, 1);
        whole.SetCoefficient(Column(choice.Unplaced), 1);
        foreach (var start in Starts(choice))
        {
            var share = Column(choice.Cost(start));
            whole.SetCoefficient(share, 1);
            AddMemory(share, choice, start);
        }
    }

    private Variable Column(double cost)
    {
        var share = _solver.MakeNumVar(0, double.PositiveInfinity, "");
        _cost.SetCoefficient(share, cost);
        return share;
    }

    private void AddMemory(Variable share, StartChoice choice, int start)
    {
        var last = Math.Min(_buckets.Count - 1, _buckets.Of(start + choice.Job.Rounds));
        for (var bucket = _buckets.Of(start + 1); bucket <= last; bucket++)
        {
            _memory[bucket].SetCoefficient(share, _buckets.Held(choice.Job, start, bucket) / _bucketTokens);
        }
    }

    /// <summary>The arrival, and the beginning of every bucket after it.</summary>
    private IEnumerable<int> Starts(StartChoice choice)
    {
        var arrival = choice.Job.ArrivalRound;
        if (arrival <= choice.StartMax) yield return arrival;
        for (var bucket = (arrival / _buckets.Width) + 1; bucket < _buckets.Count && _buckets.StartOf(bucket) <= choice.StartMax; bucket++)
        {
            yield return _buckets.StartOf(bucket);
        }
    }
}
