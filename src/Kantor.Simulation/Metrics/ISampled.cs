using Kantor.Core.Routing;

namespace Kantor.Simulation.Metrics;

/// <summary>What the timeline of a fleet is made of: replicas whose state is read at given moments.</summary>
internal interface ISampled
{
    /// <summary>The state as of now, which is not before the moment asked for last.</summary>
    EndpointView View(long nowUs);
}
