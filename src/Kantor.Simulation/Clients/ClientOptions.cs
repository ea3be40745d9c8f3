namespace Kantor.Simulation.Clients;

/// <summary>Those who send the requests of a run: when they send, how long they wait, whether they try again, and who they are.</summary>
public sealed record ClientOptions
{
    /// <summary>When requests are sent: at the recorded times unless another loop is chosen.</summary>
    public ClientLoop Loop { get; init; } = new OpenLoop();

    /// <summary>
    /// Microseconds between sending a request of so many prompt tokens and its arrival at the fleet, rounded up, at least 0; null for none.
    /// Latency counts from the sending.
    /// </summary>
    public Func<int, double>? RequestUs { get; init; }

    /// <summary>
    /// Microseconds after which a client gives an attempt up, at least 1; the request is cancelled wherever it stands. Null: never.
    /// </summary>
    public long? TimeoutUs { get; init; }

    /// <summary>
    /// Microseconds from the first sending within which the answer is wanted, at least 1. Nobody gives up because of it; requests that miss
    /// it are counted. Null for none.
    /// </summary>
    public long? DeadlineUs { get; init; }

    /// <summary>How requests without answer are tried again; null: they are not.</summary>
    public RetryOptions? Retries { get; init; }

    /// <summary>
    /// The tenants, numbered in this order. When there are any, each request of the trace has to name one of them; without, names of the
    /// trace only divide the counts.
    /// </summary>
    public IReadOnlyList<TenantSpec> Tenants { get; init; } = [];

    /// <summary>Seed of what clients decide by chance.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentException">A value is out of range, or two tenants have the same name.</exception>
    public void Validate()
    {
        Loop.Validate();
        TenantSpec.RequireTimes(TimeoutUs, DeadlineUs);
        Retries?.Validate();
        foreach (var tenant in Tenants) tenant.Validate();
        if (Tenants.GroupBy(tenant => tenant.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Tenant '{twice.Key}' is there twice.", nameof(Tenants));
        }
    }
}
