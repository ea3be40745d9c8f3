namespace Kantor.EventLogs.Replaying;

/// <summary>How often a policy decides otherwise than what is in a log, at the moments of the log.</summary>
/// <param name="Policy">The policy that was asked.</param>
/// <param name="Plans">Plans in the log.</param>
/// <param name="PlansOtherwise">Those of them that the policy would have made otherwise.</param>
/// <param name="PlansFaulty">Those that it would have made in a way that no host executes.</param>
/// <param name="FirstFault">What was wrong with the first faulty one; null when none was.</param>
/// <param name="Counts">Differences, by what was done and what would have been.</param>
/// <param name="Shown">The first differences.</param>
public sealed record ReplayResult(
    string Policy,
    int Plans,
    int PlansOtherwise,
    int PlansFaulty,
    string? FirstFault,
    IReadOnlyDictionary<(PlanActionKind Recorded, PlanActionKind Judged), int> Counts,
    IReadOnlyList<PlanDifference> Shown);
