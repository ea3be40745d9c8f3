namespace Kantor.Simulation.Pools;

/// <summary>
/// Speculative decoding: every decode checks some guessed tokens along with its newest one. Each guess is right with the same probability,
/// independently, and none counts after the first that is wrong, so a step yields (1 − a^(k+1)) / (1 − a) tokens on average (arXiv
/// 2211.17192, equation 1).
/// </summary>
public sealed record Speculation
{
    /// <summary>Guesses per decode (k), 1 to 64.</summary>
    public required int DraftTokens { get; init; }

    /// <summary>Probability that a guess is right (a), 0 to 1.</summary>
    public required double AcceptanceRate { get; init; }

    /// <summary>Microseconds by which each guessed position lengthens a step with decodes: a run of the draft model. At least 0.</summary>
    public double DraftUs { get; init; }

    /// <summary>Seed of the guesses' luck, apart from everything else that is random.</summary>
    public ulong Seed { get; init; }

    /// <summary>Mean tokens of a decode: the newest and the guesses that were right.</summary>
    public double TokensPerStep =>
        AcceptanceRate >= 1 ? DraftTokens + 1 : (1 - Math.Pow(AcceptanceRate, DraftTokens + 1)) / (1 - AcceptanceRate);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(DraftTokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(DraftTokens, 64);
        if (AcceptanceRate is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(AcceptanceRate), AcceptanceRate, "A probability is 0 to 1.");
        }

        if (DraftUs is not (>= 0 and < 1e9))
        {
            throw new ArgumentOutOfRangeException(nameof(DraftUs), DraftUs, "Microseconds of a draft are 0 to 1e9.");
        }
    }
}
