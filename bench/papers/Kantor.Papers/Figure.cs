namespace Kantor.Papers;

/// <summary>A figure of a paper beside ours.</summary>
/// <param name="Quantity">What is counted, with its unit.</param>
/// <param name="Claim">What the paper says of it.</param>
/// <param name="Ours">What is measured here.</param>
/// <param name="Digits">Digits behind the point that are worth printing.</param>
internal sealed record Figure(string Quantity, Claim Claim, double Ours, int Digits = 3)
{
    /// <summary>Why the claim is not reached; null where it is held.</summary>
    public string? Finding { get; init; }

    /// <summary>By how much the threshold is missed; 0 when it is held, null when there is none.</summary>
    public double? MissedBy => Claim.MissedBy(Ours);

    /// <summary>Whether there is a threshold that is not reached.</summary>
    public bool IsMissed => MissedBy > 0;
}
