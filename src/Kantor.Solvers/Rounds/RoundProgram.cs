using Google.OrTools.Sat;
using Kantor.Bounds.Hindsight;
using Kantor.Solvers.Solving;

namespace Kantor.Solvers.Rounds;

/// <summary>
/// The least total latency of schedules that know everything beforehand, in rounds of the theory, as an integer program for CP-SAT: a
/// second opinion of <see cref="HindsightOptimum"/> that shares no code with it but the jobs.
/// </summary>
/// <remarks>
/// Without preemption (arXiv 2502.07115; research notes, theory 2.3), x_ik = 1 where job i starts in round k:
/// <code>
/// min Σ_i Σ_k (k + o_i − a_i)·x_ik
///     Σ_k x_ik = 1                                          for every i, k from a_i
///     Σ_i Σ_{t − o_i ≤ k &lt; t} (h_i + t − k)·x_ik ≤ M       for every round t
/// </code>
/// With preemption for nothing, g_ijt = 1 where i generates its token j in round t, which holds h_i + j tokens and only then:
/// <code>
/// min Σ_i Σ_t (t − a_i)·g_i,o_i,t
///     Σ_t g_ijt = 1                                         for every i and j, t from a_i + j
///     Σ_{u ≤ t} g_i,j+1,u ≤ Σ_{u &lt; t} g_iju                for every i, j and t
///     Σ_i Σ_j (h_i + j)·g_ijt ≤ M                           for every t
/// </code>
/// With what is due (research notes, theory 9.1): max Σ r_i·y_i with Σ_k x_ik = y_i over the starts that end in time, and the rows of
/// memory. Rounds end after the last arrival and the rounds of all jobs one after the other, which some best schedule keeps to.
/// </remarks>
public static class RoundProgram
{
    /// <summary>Least sum of latencies, in rounds, of schedules that run each job without a break; null where it was not proved.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="poolTokens">M, the tokens of KV that there is room for.</param>
    /// <param name="effort">How much the solver may work.</param>
    /// <exception cref="ArgumentException">A job does not fit into the pool.</exception>
    public static long? TotalLatency(IReadOnlyList<BoundJob> jobs, long poolTokens, SolverEffort? effort = null)
    {
        var (model, memory) = (new CpModel(), new MemoryRows(Horizon(jobs)));
        var latency = LinearExpr.NewBuilder();
        foreach (var job in jobs) AddStarts(model, job, memory, latency);
        memory.AddTo(model, poolTokens);
        return Least(model, latency, effort);
    }

    /// <summary>
    /// Least sum of latencies, in rounds, of schedules that may also stop a job and let it go on later for nothing; null where it was not
    /// proved.
    /// </summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="poolTokens">M, the tokens of KV that there is room for.</param>
    /// <param name="effort">How much the solver may work.</param>
    /// <exception cref="ArgumentException">A job does not fit into the pool.</exception>
    public static long? TotalLatencyWithPreemption(IReadOnlyList<BoundJob> jobs, long poolTokens, SolverEffort? effort = null)
    {
        var (model, memory) = (new CpModel(), new MemoryRows(Horizon(jobs)));
        var latency = LinearExpr.NewBuilder();
        foreach (var job in jobs) AddTokens(model, job, memory, latency);
        memory.AddTo(model, poolTokens);
        return Least(model, latency, effort);
    }

    /// <summary>Most weight of jobs that end when they are due or before, without a break; null where it was not proved.</summary>
    /// <param name="jobs">The jobs, with what is due when; others are refused.</param>
    /// <param name="poolTokens">M, the tokens of KV that there is room for.</param>
    /// <param name="effort">How much the solver may work.</param>
    public static double? WeightInTime(IReadOnlyList<DueJob> jobs, long poolTokens, SolverEffort? effort = null)
    {
        var model = new CpModel();
        var memory = new MemoryRows(jobs.Select(due => due.DueRound).Append(0).Max());
        ILiteral[] refused = [.. jobs.Select(due => AddStartsInTime(model, due, memory))];
        model.Minimize(LinearExpr.WeightedSum(refused, jobs.Select(due => IntegerModels.Units(due.Weight))));
        memory.AddTo(model, poolTokens);
        return IntegerModels.Proved(model, effort) is { } solver
            ? jobs.Zip(refused).Where(each => !solver.BooleanValue(each.Second)).Sum(each => each.First.Weight)
            : null;
    }

    private static int Horizon(IReadOnlyList<BoundJob> jobs) =>
        jobs.Select(job => job.ArrivalRound).Append(0).Max() + jobs.Sum(job => job.Rounds);

    private static void AddStarts(CpModel model, in BoundJob job, MemoryRows memory, LinearExprBuilder latency)
    {
        var starts = new List<ILiteral>();
        for (var start = job.ArrivalRound; start + job.Rounds <= memory.Horizon; start++)
        {
            var isStart = AddStart(model, job, start, memory);
            starts.Add(isStart);
            latency.AddTerm(isStart, start + job.Rounds - job.ArrivalRound);
        }

        model.AddExactlyOne(starts);
    }

    /// <summary>Whether the job starts in this round; then it holds memory in those after it.</summary>
    private static BoolVar AddStart(CpModel model, in BoundJob job, int start, MemoryRows memory)
    {
        var isStart = model.NewBoolVar($"start {start}");
        for (var round = 1; round <= job.Rounds; round++) memory.Hold(start + round, isStart, job.Kv.HeldTokens + round);
        return isStart;
    }

    private static BoolVar AddStartsInTime(CpModel model, in DueJob due, MemoryRows memory)
    {
        var isRefused = model.NewBoolVar("refused");
        var choices = new List<ILiteral> { isRefused };
        for (var start = due.Job.ArrivalRound; start + due.Job.Rounds <= due.DueRound; start++)
        {
            choices.Add(AddStart(model, due.Job, start, memory));
        }

        model.AddExactlyOne(choices);
        return isRefused;
    }

    private static void AddTokens(CpModel model, in BoundJob job, MemoryRows memory, LinearExprBuilder latency)
    {
        BoolVar[]? before = null;
        for (var token = 1; token <= job.Rounds; token++)
        {
            var rounds = Rounds(model, memory.Horizon, first: job.ArrivalRound + token);
            if (before is not null) AddOrder(model, before, rounds);
            for (var index = 0; index < rounds.Length; index++)
            {
                memory.Hold(job.ArrivalRound + token + index, rounds[index], job.Kv.HeldTokens + token);
                if (token == job.Rounds) latency.AddTerm(rounds[index], token + index);
            }

            before = rounds;
        }
    }

    private static BoolVar[] Rounds(CpModel model, int horizon, int first)
    {
        BoolVar[] rounds = [.. Enumerable.Range(first, horizon - first + 1).Select(round => model.NewBoolVar($"round {round}"))];
        model.AddExactlyOne(rounds);
        return rounds;
    }

    /// <summary>The later token's rounds begin a round later, so that equal indices are a round apart.</summary>
    private static void AddOrder(CpModel model, BoolVar[] earlier, BoolVar[] later)
    {
        for (var upTo = 1; upTo <= later.Length; upTo++) model.Add(LinearExpr.Sum(later[..upTo]) <= LinearExpr.Sum(earlier[..upTo]));
    }

    private static long? Least(CpModel model, LinearExpr latency, SolverEffort? effort)
    {
        model.Minimize(latency);
        return IntegerModels.Proved(model, effort) is { } solver ? (long)Math.Round(solver.ObjectiveValue) : null;
    }
}
