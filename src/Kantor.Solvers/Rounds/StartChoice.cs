using Kantor.Bounds.Hindsight;

namespace Kantor.Solvers.Rounds;

/// <summary>When a job may start, and what that costs.</summary>
/// <param name="Job">The job.</param>
/// <param name="StartMax">The latest start; before the arrival where there is none.</param>
/// <param name="CostAtZero">What a start in round 0 would cost.</param>
/// <param name="CostPerRound">What each round later costs more.</param>
/// <param name="Unplaced">Cost without a start.</param>
internal readonly record struct StartChoice(BoundJob Job, int StartMax, double CostAtZero, double CostPerRound, double Unplaced)
{
    /// <summary>The latency k + o − a. Whatever starts after the horizon costs at least what it costs there.</summary>
    public static StartChoice ForLatency(BoundJob job, int horizon)
    {
        double alone = job.Rounds - job.ArrivalRound;
        return new StartChoice(job, horizon, alone, CostPerRound: 1, Math.Max(job.ArrivalRound, horizon) + alone);
    }

    /// <summary>Minus the weight, if it ends in time; refused, nothing.</summary>
    public static StartChoice ForWeight(DueJob due) => new(due.Job, due.DueRound - due.Job.Rounds, -due.Weight, 0, Unplaced: 0);

    /// <summary>Cost of a start.</summary>
    public double Cost(int start) => CostAtZero + (CostPerRound * start);
}
