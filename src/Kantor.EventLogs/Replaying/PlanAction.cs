namespace Kantor.EventLogs.Replaying;

/// <summary>What a plan does with a request.</summary>
/// <param name="Kind">What.</param>
/// <param name="Tokens">Tokens granted; 0 where none are.</param>
public readonly record struct PlanAction(PlanActionKind Kind, int Tokens)
{
    /// <summary>Nothing: it waits on, or keeps its place without computing.</summary>
    public static PlanAction Nothing => default;

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        PlanActionKind.Compute => $"{Tokens} tokens",
        PlanActionKind.Admit => $"admitted with {Tokens} tokens",
        PlanActionKind.Preempt => "preempted",
        PlanActionKind.Refuse => "refused",
        PlanActionKind.Hold => "hold",
        _ => "nothing",
    };
}
