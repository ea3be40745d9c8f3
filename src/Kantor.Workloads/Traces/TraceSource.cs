namespace Kantor.Workloads.Traces;

/// <summary>Sources of requests: a list, a generator, a reader.</summary>
public static class TraceSource
{
    /// <summary>The requests of a list.</summary>
    public static ITraceSource Of(IReadOnlyList<TraceRequest> requests) => new Enumerated(requests.GetEnumerator(), requests.Count);

    /// <summary>Requests that are made one by one as they are asked for, such as those of a generator.</summary>
    public static ITraceSource Of(IEnumerable<TraceRequest> requests) => new Enumerated(requests.GetEnumerator(), null);

    /// <summary>
    /// What a fresh reader gives: request by request where its format is in order of arrival, otherwise loaded and sorted at once. The
    /// caller closes the reader after the run.
    /// </summary>
    /// <exception cref="TraceException">The trace is malformed, as far as it is read at once.</exception>
    public static ITraceSource Of(TraceReader reader)
    {
        // Only the first request shows which format it is.
        if (!reader.TryRead(out var first)) return Of([]);
        var all = From(first, reader);
        return reader.IsOrdered ? Of(all) : Of(Trace.InOrder([.. all]));
    }

    private static IEnumerable<TraceRequest> From(TraceRequest first, TraceReader reader)
    {
        yield return first;
        while (reader.TryRead(out var request)) yield return request;
    }

    private sealed class Enumerated(IEnumerator<TraceRequest> requests, int? count) : ITraceSource
    {
        public int? Count => count;

        public bool TryNext(out TraceRequest request)
        {
            var isThere = requests.MoveNext();
            request = isThere ? requests.Current : default;
            return isThere;
        }
    }
}
