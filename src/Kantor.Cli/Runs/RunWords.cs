using System.Globalization;
using Kantor.Cli.Scenarios;
using Kantor.Core.Objectives;
using Kantor.Simulation.Clients;

namespace Kantor.Cli.Runs;

/// <summary>Parts of a scenario in words, for headings and reports.</summary>
internal static class RunWords
{
    /// <summary>When clients send, how long they wait and how often they try again.</summary>
    public static string Of(ClientOptions clients)
    {
        var loop = clients.Loop switch
        {
            SessionLoop => "sessions in a closed loop",
            UserLoop { ThinkUs: 0 } users => $"{Number(users.Users)} users",
            UserLoop users => $"{Number(users.Users)} users who think for {Number(users.ThinkUs / 1e6)} s",
            _ => "open loop",
        };
        if (clients.TimeoutUs is { } timeoutUs) loop += $", timeout {Number(timeoutUs / 1e6)} s";
        return clients.Retries is { } retries ? $"{loop}, up to {Number(retries.AttemptsMax - 1)} retries" : loop;
    }

    /// <summary>Plain goodput as the limits that make it up, anything else as it is written.</summary>
    public static string Of(Objective objective) =>
        objective.Slo.ToString() is { Length: > 0 } limits && objective.Equals(Objective.Goodput(objective.Slo))
            ? limits
            : objective.ToString();

    /// <summary>Replicas, machine and sizes of a pool.</summary>
    public static string Of(PoolPlan pool) => string.Create(
        CultureInfo.InvariantCulture,
        $"{pool.Replicas} × {pool.Profile.Name}, {KvTokens(pool)} KV tokens, steps of {pool.Limits.StepTokensMax} tokens");

    /// <summary>All pools of a fleet.</summary>
    public static string Of(FleetPlan fleet) => string.Join(" + ", fleet.Pools.Select(Of));

    /// <summary>Tokens of KV of a replica.</summary>
    public static long KvTokens(PoolPlan pool) => pool.Kv.BlocksTotal * (long)pool.Kv.BlockSizeTokens;

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
