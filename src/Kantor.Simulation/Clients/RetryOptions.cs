namespace Kantor.Simulation.Clients;

/// <summary>
/// How a client tries a request again that was refused, cancelled by its timeout or failed: after waits that grow exponentially, each
/// shortened by chance. A request that could never fit is not tried again, since no attempt would differ.
/// </summary>
public sealed record RetryOptions
{
    /// <summary>Attempts of a request in all, the first included, 2 to 1000.</summary>
    public int AttemptsMax { get; init; } = 3;

    /// <summary>Microseconds before the second attempt, at least 1.</summary>
    public long BackoffUs { get; init; } = 500_000;

    /// <summary>Growth of the wait from attempt to attempt, at least 1.</summary>
    public double BackoffFactor { get; init; } = 2;

    /// <summary>Longest wait in microseconds, at least <see cref="BackoffUs"/>.</summary>
    public long BackoffUsMax { get; init; } = 8_000_000;

    /// <summary>Largest share by which chance shortens a wait, 0 to 1.</summary>
    public double Jitter { get; init; } = 0.25;

    /// <summary>
    /// Retries of all clients together as a share of the requests sent so far, at least 0, on top of <see cref="BudgetFloor"/>; null for no
    /// limit.
    /// </summary>
    public double? BudgetShare { get; init; }

    /// <summary>Retries that a limited budget allows however few requests were sent, at least 0.</summary>
    public int BudgetFloor { get; init; } = 10;

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (AttemptsMax is < 2 or > 1000)
        {
            throw new ArgumentOutOfRangeException(nameof(AttemptsMax), AttemptsMax, "A request is tried 2 to 1000 times.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(BackoffUs, 1);
        if (BackoffFactor is not (>= 1 and <= 1000))
        {
            throw new ArgumentOutOfRangeException(nameof(BackoffFactor), BackoffFactor, "Waits grow by a factor of 1 to 1000.");
        }

        if (BackoffUsMax < BackoffUs || BackoffUsMax > TenantSpec.UsMax)
        {
            throw new ArgumentOutOfRangeException(
                nameof(BackoffUsMax), BackoffUsMax, $"The longest wait is {BackoffUs} to {TenantSpec.UsMax} us.");
        }

        if (Jitter is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Jitter), Jitter, "Chance shortens waits by a share of 0 to 1.");
        }

        if (BudgetShare is not (null or (>= 0 and <= 1000)))
        {
            throw new ArgumentOutOfRangeException(nameof(BudgetShare), BudgetShare, "The budget is 0 to 1000 retries per request.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(BudgetFloor);
    }
}
