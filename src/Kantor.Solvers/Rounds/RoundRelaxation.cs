using Kantor.Bounds.Hindsight;

namespace Kantor.Solvers.Rounds;

/// <summary>
/// What no schedule can beat that runs each job without a break, from the linear relaxation of the integer program of
/// <see cref="RoundProgram"/> with time compressed to buckets: for hundreds of jobs, which are too many for an exact answer.
/// </summary>
/// <remarks>
/// A linear program places shares x_ik of jobs at starts k, a job's arrival and the beginnings of buckets after it; rows are buckets of Δ
/// rounds, each with MΔ token-rounds of memory; a share may also stay unplaced, as if it began after all buckets, or was refused.
/// <para>
/// That program proves nothing yet: a real job may start between its starts, and a solver rounds. What it gives are prices μ_b ≥ 0 of a
/// token for a round, and for any such prices weak duality says, of the integer program itself with every start and every round,
/// </para>
/// <code>
/// least cost ≥ Σ_i min( unplaced_i, min_{k ≥ a_i} cost_i(k) + Σ_{t = k+1 … k+o_i} μ_b(t)·(h_i + t − k) ) − M·Σ_t μ_b(t)
/// </code>
/// because a schedule keeps Σ_i (what i holds in t) ≤ M for every t. That sum is the bound: computed here and not by the solver, so that
/// prices of any quality are a proof, also those of a first-order method that has not converged.
/// </remarks>
public static class RoundRelaxation
{
    /// <summary>Lower bound of the sum of latencies, in rounds.</summary>
    /// <param name="jobs">The jobs.</param>
    /// <param name="poolTokens">M, the tokens of KV that there is room for, at least 1.</param>
    /// <param name="options">How fine, and by which method.</param>
    /// <exception cref="ArgumentOutOfRangeException">The pool has no memory, or an option is out of range.</exception>
    public static RelaxedSchedule TotalLatency(IReadOnlyList<BoundJob> jobs, long poolTokens, RelaxationOptions? options = null)
    {
        var horizon = Horizon(jobs, poolTokens);
        return Solve([.. jobs.Select(job => StartChoice.ForLatency(job, horizon))], horizon, poolTokens, options);
    }

    /// <summary>Upper bound of the weight of jobs that end when they are due or before; others may be refused.</summary>
    /// <param name="jobs">The jobs, with what is due when.</param>
    /// <param name="poolTokens">M, the tokens of KV that there is room for, at least 1.</param>
    /// <param name="options">How fine, and by which method.</param>
    /// <exception cref="ArgumentOutOfRangeException">The pool has no memory, or an option is out of range.</exception>
    public static RelaxedSchedule WeightInTime(IReadOnlyList<DueJob> jobs, long poolTokens, RelaxationOptions? options = null)
    {
        var horizon = jobs.Select(job => job.DueRound).Append(1).Max();
        var least = Solve([.. jobs.Select(StartChoice.ForWeight)], horizon, poolTokens, options);
        return least with { Relaxed = -least.Relaxed, Proven = -least.Proven };
    }

    private static RelaxedSchedule Solve(StartChoice[] choices, int horizon, long poolTokens, RelaxationOptions? options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(poolTokens, 1);
        options ??= new RelaxationOptions();
        var buckets = RoundBuckets.Of(horizon, options.Checked().BucketsMax);
        using var program = new StartProgram(choices, buckets, poolTokens, options.Method);
        var prices = program.Solve();
        return new RelaxedSchedule(program.Value, prices.LeastCost(choices, poolTokens), program.Columns, buckets.Count, buckets.Width);
    }

    /// <summary>
    /// When everything is over at the latest with all memory in use, and the longest job more: so few jobs, and cheap ones, stay unplaced.
    /// </summary>
    private static int Horizon(IReadOnlyList<BoundJob> jobs, long poolTokens)
    {
        var end = 0.0;
        foreach (var job in jobs.OrderBy(job => job.ArrivalRound))
        {
            end = Math.Max(end, job.ArrivalRound) + ((double)job.Volume / poolTokens);
        }

        return 1 + (int)(1.25 * end) + jobs.Select(job => job.Rounds).Append(0).Max();
    }
}
