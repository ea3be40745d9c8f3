namespace Kantor.Solvers.Rounds;

/// <summary>A bound of schedules in rounds, and how it came about.</summary>
/// <param name="Relaxed">Value of the compressed linear program as the solver says it: near the bound, and itself none.</param>
/// <param name="Proven">The bound: proved for every schedule that does not preempt, in the unit of the objective.</param>
/// <param name="Columns">Columns of the linear program.</param>
/// <param name="Buckets">Buckets of time, each a row.</param>
/// <param name="BucketRounds">Rounds of a bucket.</param>
public readonly record struct RelaxedSchedule(double Relaxed, double Proven, int Columns, int Buckets, int BucketRounds);
