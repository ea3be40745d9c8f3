using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Adapters;

/// <summary>An arm for each replica, and the contexts of requests that are under way.</summary>
internal sealed class PolarState : PolicyState
{
    private const double UsualRequests = 32;
    private const double UsualPrompt = 4_096;

    private readonly ByReplica<LinUcb?> _arms = new();
    private readonly Dictionary<RequestId, Sent> _open = [];

    private readonly record struct Sent(int Replica, Context Context, long AtUs);

    [System.Runtime.CompilerServices.InlineArray(Context.Dimensions)]
    private struct Context
    {
        public const int Dimensions = 4;
#pragma warning disable IDE0044, S1144 // The first of the array's elements.
        private double _first;
#pragma warning restore IDE0044, S1144

        public static Context Of(RequestFacts request, in EndpointView endpoint)
        {
            var context = default(Context);
            context[0] = 1;
            context[1] = Math.Min(1, request.PromptTokens / UsualPrompt);
            context[2] = Math.Min(1, endpoint.Requests / UsualRequests);
            context[3] = (double)endpoint.KvBlocksUsed / Math.Max(1, endpoint.KvBlocksTotal);
            return context;
        }
    }

    /// <summary>What the replica gives at best, as far as is known.</summary>
    public double Upper(RequestFacts request, in EndpointView endpoint, double doubt)
    {
        var context = Context.Of(request, endpoint);
        return Arm(endpoint.Replica).Upper(context, doubt);
    }

    /// <summary>The request goes there.</summary>
    public void Send(RequestFacts request, in EndpointView endpoint, long nowUs) =>
        _open[request.Id] = new Sent(endpoint.Replica, Context.Of(request, endpoint), nowUs);

    /// <inheritdoc/>
    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        if (!_open.Remove(request.Id, out var sent) || !end.IsCompleted) return;
        var context = sent.Context;
        Arm(sent.Replica).Learn(context, 1 / (1 + ((NowUs - sent.AtUs) / 1e6)));
    }

    /// <inheritdoc/>
    public override void EndpointLeft(EndpointId endpoint) => _arms[endpoint.Value] = null;

    private LinUcb Arm(int replica) => _arms[replica] ??= new LinUcb(Context.Dimensions);
}
