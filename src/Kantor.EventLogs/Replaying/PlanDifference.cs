namespace Kantor.EventLogs.Replaying;

/// <summary>What one policy decides about one request where another decides otherwise, at the same moment.</summary>
/// <param name="AtUs">When, in microseconds of the host's clock.</param>
/// <param name="Request">Whom it concerns; null for all, when one of them holds.</param>
/// <param name="Recorded">What was done.</param>
/// <param name="Judged">What the other policy would have done.</param>
public readonly record struct PlanDifference(long AtUs, long? Request, PlanAction Recorded, PlanAction Judged);
