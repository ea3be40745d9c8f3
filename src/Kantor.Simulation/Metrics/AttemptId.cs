using Kantor.Core.Requests;

namespace Kantor.Simulation.Metrics;

/// <summary>
/// The name that an attempt has in the fleet: the number of its request and, above it, how often that was tried before, so that what is
/// left of an earlier attempt is never taken for a later one. A request that is tried once has its number as its name.
/// </summary>
internal static class AttemptId
{
    public static RequestId Of(int request, int attempt) => new(((long)(attempt - 1) << 32) | (uint)request);

    public static int RequestOf(long id) => (int)(id & int.MaxValue);
}
