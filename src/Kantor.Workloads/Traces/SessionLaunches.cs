namespace Kantor.Workloads.Traces;

/// <summary>
/// When sub-agents were launched: so long after the end of the newest turn of the parent session that stands before them in the trace. How
/// long is known when the parent's next turn has a think time, which tells when the turn before it ended. Found in the recorded times,
/// before anything is made denser or spread.
/// </summary>
public static class SessionLaunches
{
    /// <summary>The requests, in order of arrival, with <see cref="TraceTurn.LaunchUs"/> where it is known and was not before.</summary>
    public static IReadOnlyList<TraceRequest> Resolve(IReadOnlyList<TraceRequest> requests)
    {
        if (!requests.Any(request => request.Turn?.ParentSessionId is not null)) return requests;
        var newest = new Dictionary<string, int>(StringComparer.Ordinal);
        var next = new int?[requests.Count];
        var launchedBy = new int?[requests.Count];
        for (var request = 0; request < requests.Count; request++)
        {
            if (requests[request].Turn is not { } turn) continue;
            if (newest.TryGetValue(turn.SessionId, out var before)) next[before] = request;
            else if (turn.ParentSessionId is { } parent && newest.TryGetValue(parent, out var launching)) launchedBy[request] = launching;
            newest[turn.SessionId] = request;
        }

        return [.. requests.Select((request, index) => launchedBy[index] is { } by && request.Turn!.LaunchUs is null
            ? request with { Turn = request.Turn with { LaunchUs = LaunchUs(requests, request, next[by]) } }
            : request)];
    }

    private static long? LaunchUs(IReadOnlyList<TraceRequest> requests, in TraceRequest launched, int? parentsNext)
    {
        if (parentsNext is not { } next || requests[next].Turn!.ThinkUs is not { } thinkUs) return null;
        var afterEndUs = launched.ArrivalUs - (requests[next].ArrivalUs - thinkUs);
        return afterEndUs >= 0 ? afterEndUs : null;
    }
}
