namespace Kantor.Bounds.Sharing;

/// <summary>
/// Latency of a request, less its prices times what of it others may take up to each edge. In its own steps' fixed parts nobody's work is
/// done.
/// </summary>
internal readonly struct OwnDelay(DelayEdges edges, double[] heights, int request, double arrivalUs, double fixedUs)
{
    private readonly double _startUs = edges.StartUs(request) - arrivalUs;

    /// <summary>Most that others may take, by price.</summary>
    public double MostUs
    {
        get
        {
            var most = 0.0;
            for (var level = 0; level < DelayEdges.Levels; level++) most += Height(level) * (EdgeUs(level) - _startUs);
            return most;
        }
    }

    /// <summary>The least over an interval of latencies, between whose kinks it is linear, and where.</summary>
    public (double Value, double LatencyUs) Least(double fromUs, double toUs)
    {
        var least = Lesser((At(fromUs), fromUs), toUs, fromUs, toUs);
        for (var level = 0; level < DelayEdges.Levels; level++)
        {
            if (Height(level) == 0) continue;
            least = Lesser(least, EdgeUs(level), fromUs, toUs);
            least = Lesser(least, EdgeUs(level) + fixedUs, fromUs, toUs);
        }

        return least;
    }

    /// <summary>
    /// Most time that others can take between the start and an edge: all but own steps before it.
    /// </summary>
    public double RoomUs(int level, double latencyUs)
    {
        var edge = EdgeUs(level);
        var own = Math.Max(0, fixedUs - Math.Max(0, latencyUs - edge));
        return Math.Max(0, edge - _startUs - own);
    }

    private double Height(int level) => heights[(level * edges.Requests) + request];

    private double EdgeUs(int level) => edges.EdgeUs(level, request) - arrivalUs;

    private (double Value, double LatencyUs) Lesser((double Value, double LatencyUs) least, double latencyUs, double fromUs, double toUs)
    {
        if (latencyUs < fromUs || latencyUs > toUs) return least;
        var value = At(latencyUs);
        return value < least.Value ? (value, latencyUs) : least;
    }

    private double At(double latencyUs)
    {
        var sum = latencyUs;
        for (var level = 0; level < DelayEdges.Levels; level++)
        {
            if (Height(level) != 0) sum -= Height(level) * RoomUs(level, latencyUs);
        }

        return sum;
    }
}
