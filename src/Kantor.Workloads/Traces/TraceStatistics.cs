using Kantor.Core.Statistics;

namespace Kantor.Workloads.Traces;

/// <summary>What a trace is like: times, lengths, reuse and sessions. Quantiles are by nearest rank.</summary>
public sealed record TraceStatistics
{
    /// <summary>Requests.</summary>
    public required int Requests { get; init; }

    /// <summary>Seconds from the first arrival to the last.</summary>
    public required double SpanS { get; init; }

    /// <summary>Requests per second of the span; null when the span is 0.</summary>
    public required double? RatePerS { get; init; }

    /// <summary>Deviation of the gaps between arrivals over their mean: 1 for a Poisson process; null when the span is 0.</summary>
    public required double? GapCv { get; init; }

    /// <summary>Different arrival times, and whether they look like a recorder's ticks.</summary>
    public required ArrivalBatches Arrivals { get; init; }

    /// <summary>Prompt lengths in tokens.</summary>
    public required Distribution InputTokens { get; init; }

    /// <summary>Output lengths in tokens.</summary>
    public required Distribution OutputTokens { get; init; }

    /// <summary>Reuse of content; null when no content is known.</summary>
    public required TraceReuse? Reuse { get; init; }

    /// <summary>Sessions; null when no request belongs to one.</summary>
    public required TraceSessions? Sessions { get; init; }

    /// <summary>Different tenants; null when none is known.</summary>
    public required int? Tenants { get; init; }

    /// <summary>
    /// Arrivals per second, the one definition of it: gaps between arrivals over the time from the first to the last, so that requests at
    /// equal distances have the rate of that distance; null when they arrive at once.
    /// </summary>
    public static double? RateOf(IReadOnlyList<TraceRequest> requests)
    {
        var spanUs = requests.Count == 0 ? 0 : requests[^1].ArrivalUs - requests[0].ArrivalUs;
        return spanUs > 0 ? (requests.Count - 1) / (spanUs / 1e6) : null;
    }

    /// <summary>Of a trace in order of arrival, with at least one request.</summary>
    public static TraceStatistics Of(IReadOnlyList<TraceRequest> trace)
    {
        ArgumentOutOfRangeException.ThrowIfZero(trace.Count, nameof(trace));
        var spanS = (trace[^1].ArrivalUs - trace[0].ArrivalUs) / 1e6;
        var tenants = trace.Where(request => request.Tenant is not null).Select(request => request.Tenant).Distinct().Count();
        return new TraceStatistics
        {
            Requests = trace.Count,
            SpanS = spanS,
            RatePerS = RateOf(trace),
            GapCv = spanS > 0 ? CvOfGaps(trace) : null,
            Arrivals = ArrivalBatches.Of(trace),
            InputTokens = Distribution.Of(trace.Select(request => (long)request.PromptTokens))!,
            OutputTokens = Distribution.Of(trace.Select(request => (long)request.OutputTokens))!,
            Reuse = TraceReuse.Of(trace),
            Sessions = TraceSessions.Of(trace),
            Tenants = tenants > 0 ? tenants : null,
        };
    }

    private static double CvOfGaps(IReadOnlyList<TraceRequest> trace)
    {
        var gaps = trace.Count - 1;
        var meanUs = (trace[^1].ArrivalUs - trace[0].ArrivalUs) / (double)gaps;
        var squares = 0.0;
        for (var index = 1; index < trace.Count; index++)
        {
            var distance = trace[index].ArrivalUs - trace[index - 1].ArrivalUs - meanUs;
            squares += distance * distance;
        }

        return Math.Sqrt(squares / gaps) / meanUs;
    }
}

/// <summary>Mean and quantiles of whole numbers.</summary>
public sealed record Distribution(double Mean, long P50, long P90, long P99, long Max)
{
    /// <summary>Of some values; null of none.</summary>
    public static Distribution? Of(IEnumerable<long> values)
    {
        var ascending = values.Order().ToArray();
        return ascending.Length == 0
            ? null
            : new(
                ascending.Average(),
                Percentile.Of(ascending, 0.5),
                Percentile.Of(ascending, 0.9),
                Percentile.Of(ascending, 0.99),
                ascending[^1]);
    }
}

/// <summary>
/// How much of the prompts came before in the trace: what an endless cache of whole blocks would hit. Block ids cover prompts only, so the
/// reuse of decoded tokens is not in it.
/// </summary>
/// <param name="BlockTokens">Tokens that a block id stands for, each size that occurs once; hit rates of different sizes do not
/// compare.</param>
/// <param name="Blocks">Blocks of all prompts, the last ones that are not full included.</param>
/// <param name="BlocksSeenBefore">Blocks that an earlier request had.</param>
/// <param name="PrefixBlocksSeenBefore">Those of them with nothing new before them in the prompt.</param>
/// <param name="RequestsWithHit">Requests whose first block an earlier one had.</param>
public sealed record TraceReuse(
    IReadOnlyList<int> BlockTokens, long Blocks, long BlocksSeenBefore, long PrefixBlocksSeenBefore, int RequestsWithHit)
{
    internal static TraceReuse? Of(IReadOnlyList<TraceRequest> trace)
    {
        var sizes = trace.Where(request => request.BlockIds.Length > 0).Select(request => request.TokensPerBlockId).Distinct().Order()
            .ToArray();
        if (sizes.Length == 0) return null;
        var seen = new HashSet<int>();
        var (blocks, before, prefix, hits) = (0L, 0L, 0L, 0);
        foreach (var request in trace)
        {
            var isPrefix = true;
            var prefixBefore = prefix;
            foreach (var id in request.BlockIds)
            {
                var isNew = seen.Add(id);
                isPrefix &= !isNew;
                if (!isNew) before++;
                if (isPrefix) prefix++;
            }

            blocks += request.BlockIds.Length;
            if (prefix > prefixBefore) hits++;
        }

        return new TraceReuse(sizes, blocks, before, prefix, hits);
    }
}

/// <summary>Sessions of a trace.</summary>
/// <param name="Sessions">Sessions, sub-agents left out.</param>
/// <param name="SubAgents">Sessions that another one started.</param>
/// <param name="Turns">Requests of a session, sub-agents left out.</param>
/// <param name="ToolThinkMs">Time from the end of a turn to the next that answers to a tool, in ms; null when not recorded.</param>
/// <param name="HumanThinkMs">The same for turns that a person writes.</param>
/// <param name="OtherThinkMs">The same for turns of unknown cause.</param>
public sealed record TraceSessions(
    int Sessions, int SubAgents, Distribution? Turns, Distribution? ToolThinkMs, Distribution? HumanThinkMs, Distribution? OtherThinkMs)
{
    internal static TraceSessions? Of(IReadOnlyList<TraceRequest> trace)
    {
        var turns = trace.Select(request => request.Turn).OfType<TraceTurn>().ToArray();
        if (turns.Length == 0) return null;
        var sessions = turns.GroupBy(turn => turn.SessionId)
            .Select(group => (Turns: group.LongCount(), IsChild: group.First().ParentSessionId is not null)).ToArray();
        return new TraceSessions(
            sessions.Count(session => !session.IsChild),
            sessions.Count(session => session.IsChild),
            Distribution.Of(sessions.Where(session => !session.IsChild).Select(session => session.Turns)),
            ThinkMs(turns, TurnCause.Tool),
            ThinkMs(turns, TurnCause.Human),
            ThinkMs(turns, TurnCause.Unknown));
    }

    /// <summary>A session's first request follows no turn.</summary>
    private static Distribution? ThinkMs(TraceTurn[] turns, TurnCause cause) =>
        Distribution.Of(
            turns.Where(turn => turn.Turn > 0 && turn.Cause == cause && turn.ThinkUs is not null)
                .Select(turn => turn.ThinkUs!.Value / 1000));
}
