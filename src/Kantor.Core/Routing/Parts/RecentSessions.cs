using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Parts;

/// <summary>Something of each of the sessions that came last; the one that came first is forgotten when there are too many.</summary>
internal sealed class RecentSessions<T>(int sessionsMax = 65_536)
{
    private readonly Dictionary<SessionId, T> _sessions = [];
    private readonly Queue<SessionId> _byAge = new();

    /// <summary>What is remembered of the session; false when it is new or forgotten.</summary>
    public bool TryGet(SessionId session, out T? remembered) => _sessions.TryGetValue(session, out remembered);

    /// <summary>Remembers something of the session in place of what was.</summary>
    public void Set(SessionId session, T remembered)
    {
        if (!_sessions.ContainsKey(session))
        {
            if (_sessions.Count == sessionsMax) _sessions.Remove(_byAge.Dequeue());
            _byAge.Enqueue(session);
        }

        _sessions[session] = remembered;
    }
}
