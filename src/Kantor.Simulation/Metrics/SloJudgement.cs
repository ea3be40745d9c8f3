using Kantor.Core.Objectives;

namespace Kantor.Simulation.Metrics;

/// <summary>Judges requests by their objectives.</summary>
public static class SloJudgement
{
    /// <summary>
    /// Whether a completed request met every objective; one that did not complete met none. A request of one token has no gaps to judge.
    /// </summary>
    public static bool IsMetBy(this SloSpec slo, in RequestRecord record) =>
        record.IsCompleted
        && !(record.TtftUs > slo.TtftUsMax)
        && !(record.GapUsMax > slo.GapUsMax)
        && !(record.TpotUs > slo.TpotUsMax)
        && !(record.E2eUs > slo.E2eUsMax);
}
