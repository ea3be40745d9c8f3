namespace Kantor.Core.Routing.Parts;

/// <summary>What was added of each replica in the last time, by slices of it; a slice goes as a whole.</summary>
internal sealed class WindowSums(long windowUs)
{
    private const int Slices = 32;

    private readonly long _sliceUs = Math.Max(1, windowUs / Slices);
    private readonly ByReplica<Window?> _replicas = new();

    private sealed class Window
    {
        public readonly double[] Sums = new double[Slices];
        public double Total;
        public long Newest;
    }

    /// <summary>The sum of a replica as of now.</summary>
    public double Of(int replica, long nowUs)
    {
        if (_replicas[replica] is not { } window) return 0;
        Forget(window, nowUs);
        return window.Total;
    }

    /// <summary>Adds to the sum of a replica.</summary>
    public void Add(int replica, double amount, long nowUs)
    {
        var window = _replicas[replica] ??= new Window { Newest = nowUs / _sliceUs };
        Forget(window, nowUs);
        window.Sums[(int)(window.Newest % Slices)] += amount;
        window.Total += amount;
    }

    private void Forget(Window window, long nowUs)
    {
        var newest = nowUs / _sliceUs;
        for (var slice = Math.Max(window.Newest + 1, newest - Slices + 1); slice <= newest; slice++)
        {
            ref var sum = ref window.Sums[(int)(slice % Slices)];
            window.Total -= sum;
            sum = 0;
        }

        window.Newest = Math.Max(window.Newest, newest);
    }
}
