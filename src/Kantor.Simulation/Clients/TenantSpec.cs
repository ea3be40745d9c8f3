namespace Kantor.Simulation.Clients;

/// <summary>A tenant whose requests differ from those of others.</summary>
public sealed record TenantSpec
{
    /// <summary>Name, as the trace gives it.</summary>
    public required string Name { get; init; }

    /// <summary>Share that the tenant is due beside those of others, above 0; fairness of the run is judged by it.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Urgency of its requests: lower goes first, 0 is normal.</summary>
    public int Priority { get; init; }

    /// <summary>Traffic class of its requests, at least 0: those of one class share a length belief.</summary>
    public int Class { get; init; }

    /// <summary><see cref="ClientOptions.TimeoutUs"/> of this tenant; null for that of all.</summary>
    public long? TimeoutUs { get; init; }

    /// <summary><see cref="ClientOptions.DeadlineUs"/> of this tenant; null for that of all.</summary>
    public long? DeadlineUs { get; init; }

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Name);
        if (Weight is not (> 0 and < 1e9))
        {
            throw new ArgumentOutOfRangeException(nameof(Weight), Weight, $"The weight of tenant '{Name}' is above 0 and below 1e9.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(Class);
        RequireTimes(TimeoutUs, DeadlineUs);
    }

    internal static void RequireTimes(long? timeoutUs, long? deadlineUs)
    {
        if (timeoutUs is < 1 or > UsMax)
        {
            throw new ArgumentOutOfRangeException(nameof(timeoutUs), timeoutUs, $"A timeout is 1 to {UsMax} us.");
        }

        if (deadlineUs is < 1 or > UsMax)
        {
            throw new ArgumentOutOfRangeException(nameof(deadlineUs), deadlineUs, $"A deadline is 1 to {UsMax} us.");
        }
    }

    /// <summary>Longest time that a client waits or thinks: about eleven days.</summary>
    internal const long UsMax = 1_000_000_000_000;
}
