using Kantor.Bounds.Hindsight;

namespace Kantor.Solvers.Rounds;

/// <summary>A job that is worth something only if it ends in time.</summary>
/// <param name="Job">The job.</param>
/// <param name="DueRound">The last round in which it may generate its last token.</param>
/// <param name="Weight">What it is worth, at least 0.</param>
public readonly record struct DueJob(BoundJob Job, int DueRound, double Weight = 1);
