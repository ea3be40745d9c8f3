using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Clients;

/// <summary>Which request of a trace waits for which. Each waits for one that stands before it, so there are no circles.</summary>
internal sealed class SessionLinks
{
    private readonly int?[] _waitsFor;
    private readonly int?[] _nextTurn;
    private readonly ILookup<int, int> _after;

    public SessionLinks(IReadOnlyList<TraceRequest> trace)
    {
        Trace = trace;
        _waitsFor = new int?[trace.Count];
        _nextTurn = new int?[trace.Count];
        var newest = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var request = 0; request < trace.Count; request++)
        {
            if (trace[request].Turn is { } turn) Link(request, turn, newest);
        }

        _after = Enumerable.Range(0, trace.Count).Where(request => _waitsFor[request] is not null)
            .ToLookup(request => _waitsFor[request]!.Value);
    }

    public IReadOnlyList<TraceRequest> Trace { get; }

    /// <summary>Requests that wait for none.</summary>
    public IEnumerable<int> First => Enumerable.Range(0, Trace.Count).Where(request => _waitsFor[request] is null);

    /// <summary>Requests that wait for this one, in order.</summary>
    public IEnumerable<int> After(int request) => _after[request];

    /// <summary>Recorded microseconds between the end of what the request waits for and its sending; null when not known.</summary>
    public long? ThinkUs(int request)
    {
        if (_waitsFor[request] is not { } before) return null;
        if (_nextTurn[before] == request) return Trace[request].Turn!.ThinkUs;
        return Trace[request].Turn!.LaunchUs;
    }

    private void Link(int request, TraceTurn turn, Dictionary<string, int> newest)
    {
        if (newest.TryGetValue(turn.SessionId, out var before))
        {
            _waitsFor[request] = before;
            _nextTurn[before] = request;
        }
        else if (turn.ParentSessionId is { } parent && newest.TryGetValue(parent, out var launching))
        {
            _waitsFor[request] = launching;
        }

        newest[turn.SessionId] = request;
    }
}
