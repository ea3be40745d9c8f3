using Kantor.Core.Requests;

namespace Kantor.Simulation.Replicas;

/// <summary>Hears which service requests got at the replicas of a group.</summary>
internal interface IServiceListener
{
    /// <summary>The request left a replica, and had so many tokens; what that means for it is said later.</summary>
    void Served(RequestId request, int generatedTokens, int cachedTokens);

    /// <summary>The request goes on in another group.</summary>
    void WentOn(RequestId request, long nowUs);
}
