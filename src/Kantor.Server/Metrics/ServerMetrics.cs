namespace Kantor.Server.Metrics;

/// <summary>Counts what happens between the server and its clients. Thread-safe.</summary>
internal sealed class ServerMetrics
{
    private long _streamsStalled;

    /// <summary>A connection was cut because its client took nothing.</summary>
    public void StreamStalled() => Interlocked.Increment(ref _streamsStalled);

    /// <summary>All of it as Prometheus text.</summary>
    public string Render(string modelName)
    {
        var text = new PrometheusText(modelName);
        text.Counter(
            "kantor_streams_stalled_total", "Connections cut because the client took nothing.", Volatile.Read(ref _streamsStalled));
        return text.ToString();
    }
}
