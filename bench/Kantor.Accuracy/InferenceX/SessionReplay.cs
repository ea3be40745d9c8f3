using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Accuracy.InferenceX;

/// <summary>
/// Recorded coding sessions as InferenceX replays them: each user goes through one session after the other, enters the first somewhere in its
/// first 70 %, and thinks as long as recorded but a minute at most. Answers are as long as the model makes them, not as recorded.
/// </summary>
/// <remarks>
/// Prompts beyond <see cref="ContextTokensMax"/> are passed over, as no run has longer ones; sub-agents are left out (1.5 % of the requests).
/// Answers are drawn evenly from half to one and a half times the mean, which gives the runs' ratio of 90th percentile to mean. Users begin where
/// they are known to (<see cref="SessionEntries"/>); the others, and all later sessions, are dealt at random, each session to one user, and again
/// from the first when there are more users than sessions.
/// </remarks>
internal sealed class SessionReplay
{
    // Longest prompt of the runs' request tables: 127,422 tokens.
    private const int ContextTokensMax = 128_000;
    private const long ThinkUsMax = 60_000_000;
    private const double EntryShareMax = 0.7;
    private const int RequestsPerUserMax = 250;

    private readonly List<List<TraceRequest>> _sessions;
    private readonly IReadOnlyDictionary<int, SessionEntry> _entries;

    private SessionReplay(List<List<TraceRequest>> sessions, IReadOnlyDictionary<int, SessionEntry> entries) => (_sessions, _entries) = (sessions, entries);

    /// <summary>The sessions of all recordings <c>*.jsonl.gz</c> of a folder; null when there are none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="entries">Where users are known to begin.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="TraceException">A recording is malformed.</exception>
    public static SessionReplay? TryLoad(string folder, IReadOnlyDictionary<int, SessionEntry> entries, CancellationToken cancellation)
    {
        if (!Directory.Exists(folder)) return null;
        var files = Directory.EnumerateFiles(folder, "*.jsonl.gz").Order(StringComparer.Ordinal).ToList();
        var sessions = files.SelectMany((file, index) => Sessions(
            Trace.Load(TraceReader.Open(file, new TraceReadOptions()), cancellation: cancellation).Requests, request => Renumber(request, files.Count, index))).ToList();
        return sessions.Count == 0 ? null : new SessionReplay(sessions, entries);
    }

    /// <summary>The requests of all users, those of a user in order and each waiting for the one before.</summary>
    public IReadOnlyList<TraceRequest> Of(int users, double outputTokensMean, ulong seed)
    {
        var random = new RandomStream(seed, "accuracy.sessions");
        var order = Enumerable.Range(0, _sessions.Count).OrderBy(_ => random.NextBits()).ToList();
        var trace = new List<TraceRequest>();
        for (var user = 0; user < users; user++)
        {
            var turns = TurnsOf(user, users, order, random).Take(RequestsPerUserMax);
            trace.AddRange(turns.Select((turn, place) => turn with
            {
                ArrivalUs = 0,
                OutputTokens = Math.Max(1, (int)(outputTokensMean * (0.5 + random.NextDouble()))),
                Turn = new TraceTurn { SessionId = $"user {user}", Turn = place, ThinkUs = Math.Min(ThinkUsMax, turn.Turn?.ThinkUs ?? 0) },
            }));
        }

        return trace;
    }

    private IEnumerable<TraceRequest> TurnsOf(int user, int users, List<int> order, RandomStream random)
    {
        for (var place = user; ; place += users)
        {
            var session = _sessions[order[place % order.Count]];
            var entry = place == user ? (int)(EntryShareMax * random.NextDouble() * session.Count) : 0;
            if (place == user && TryFindEntry(user, out var known, out var begin)) (session, entry) = (known, begin);
            foreach (var turn in session.Skip(entry).Where(IsReplayed)) yield return turn;
        }
    }

    private bool TryFindEntry(int user, out List<TraceRequest> session, out int begin)
    {
        (session, begin) = ([], 0);
        if (!_entries.TryGetValue(user, out var entry)) return false;
        session = _sessions.Find(one => one[0].Turn!.SessionId == entry.SessionId) ?? [];
        begin = session.FindIndex(request => request.PromptTokens == entry.PromptTokens);
        return begin >= 0;
    }

    private static List<List<TraceRequest>> Sessions(IReadOnlyList<TraceRequest> requests, Func<TraceRequest, TraceRequest> renumber) =>
    [
        .. requests
            .Where(request => request.Turn is { ParentSessionId: null })
            .GroupBy(request => request.Turn!.SessionId)
            .Select(session => session.OrderBy(request => request.Turn!.Turn).Select(renumber).ToList())
            .Where(session => session.Exists(IsReplayed)),
    ];

    /// <summary>Content ids count from 0, and from the largest number down, in each file; this keeps those of different files apart.</summary>
    private static TraceRequest Renumber(TraceRequest request, int files, int file) => request with { BlockIds = Array.ConvertAll(request.BlockIds, id => unchecked((id * files) + file)) };

    private static bool IsReplayed(TraceRequest request) => request.PromptTokens <= ContextTokensMax;
}
