using Kantor.Core.Randomness;
using Kantor.Simulation.Clients;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Clients;

/// <summary>Random clients for random runs: every loop, with delays, impatience and retries; equal numbers give equal clients.</summary>
internal static class RandomClients
{
    public static SimulationOptions Draw(int number, SimulationOptions options)
    {
        var random = new RandomStream((ulong)number, "random-clients");
        var delayUs = random.NextInt(3) * 100;
        return options with
        {
            PlansAhead = random.NextInt(4) == 0,
            Limits = options.Limits with { WaitingMax = random.NextInt(3) == 0 ? 3 : 1000 },
            Clients = new ClientOptions
            {
                Loop = random.NextInt(3) switch
                {
                    0 => new OpenLoop(),
                    1 => new SessionLoop(),
                    _ => new UserLoop { Users = 1 + random.NextInt(6), ThinkUs = random.NextInt(2) * 300 },
                },
                RequestUs = delayUs == 0 ? null : prompt => delayUs + (prompt * 0.3),
                TimeoutUs = random.NextInt(2) == 0 ? null : 200 + random.NextInt(6000),
                Retries = random.NextInt(2) == 0 ? null : new RetryOptions { AttemptsMax = 2 + random.NextInt(3), BackoffUs = 1 + random.NextInt(500), BackoffUsMax = 1000, BudgetShare = random.NextInt(2) == 0 ? null : 0.3 },
                Seed = (ulong)number,
            },
        };
    }

    /// <summary>The trace's requests as turns of a few sessions, some of them sub-agents of others, with think times or without.</summary>
    public static IReadOnlyList<TraceRequest> InSessions(int number, IReadOnlyList<TraceRequest> trace)
    {
        var random = new RandomStream((ulong)number, "random-sessions");
        var turns = new int[5];
        return [.. trace.Select(request =>
        {
            var session = random.NextInt(6);
            if (session == 5) return request;
            return request with
            {
                Turn = new TraceTurn
                {
                    SessionId = $"s{session}",
                    ParentSessionId = session > 2 ? $"s{session - 3}" : null,
                    Turn = turns[session]++,
                    ThinkUs = random.NextInt(2) == 0 ? null : random.NextInt(2000),
                },
            };
        })];
    }
}
