using Kantor.Bounds.Facts;
using Kantor.Cli.Scenarios;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Simulation.Clients;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Runs;

/// <summary>What bounds are to know of a trace and a fleet.</summary>
internal static class BoundInput
{
    /// <summary>The requests of a trace, all prefixes that any two of them share taken as found cached.</summary>
    /// <param name="requests">The trace.</param>
    /// <param name="objective">Gives the weights of classes.</param>
    /// <param name="outputTokensMax">Where longer answers are cut.</param>
    /// <param name="prefixCaching">Whether anything is found cached.</param>
    /// <param name="tenants">Which tenant is of which class.</param>
    public static IReadOnlyList<BoundRequest> Requests(
        IReadOnlyList<TraceRequest> requests, Objective objective, int outputTokensMax, bool prefixCaching,
        IReadOnlyList<TenantSpec> tenants)
    {
        var users = prefixCaching ? UsersOf(requests) : [];
        return [.. requests.Select(request => new BoundRequest(
            request.ArrivalUs, request.PromptTokens, Math.Min(request.OutputTokens, outputTokensMax),
            prefixCaching ? HitTokensMax(request, users) : 0, WeightOf(request, objective, tenants)))];
    }

    /// <summary>A pool's replicas.</summary>
    public static FleetFacts Fleet(PoolPlan pool) => new()
    {
        Replicas = pool.Replicas,
        StepTime = pool.Profile.StepTime,
        Limits = pool.Limits,
        KvTokens = pool.Kv.BlocksTotal * (long)pool.Kv.BlockSizeTokens,
    };

    /// <summary>Requests belong to the class of their tenant, and those of no tenant to the first, as clients of a run send them.</summary>
    private static double WeightOf(in TraceRequest request, Objective objective, IReadOnlyList<TenantSpec> tenants)
    {
        var name = request.Tenant;
        return objective.Classes[new ClassId(tenants.FirstOrDefault(tenant => tenant.Name == name)?.Class ?? 0)].Weight;
    }

    private static int HitTokensMax(in TraceRequest request, Dictionary<int, (int Last, bool IsShared)> users)
    {
        // A later turn holds answers of the turns before, whose content the trace does not tell.
        if (request.Turn is { } turn && (turn.Turn > 0 || turn.ParentSessionId is not null)) return request.PromptTokens - 1;
        var blocks = 0;
        while (blocks < request.BlockIds.Length && users[request.BlockIds[blocks]].IsShared) blocks++;
        return (int)Math.Min(request.PromptTokens - 1, (long)blocks * request.TokensPerBlockId);
    }

    private static Dictionary<int, (int Last, bool IsShared)> UsersOf(IReadOnlyList<TraceRequest> requests)
    {
        var users = new Dictionary<int, (int Last, bool IsShared)>();
        for (var at = 0; at < requests.Count; at++)
        {
            foreach (var id in requests[at].BlockIds)
            {
                var isKnown = users.TryGetValue(id, out var before);
                users[id] = (at, isKnown && (before.IsShared || before.Last != at));
            }
        }

        return users;
    }
}
