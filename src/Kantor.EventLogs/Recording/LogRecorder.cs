using Kantor.Core.Decisions;
using Kantor.Core.Objectives;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.EventLogs.Records;

namespace Kantor.EventLogs.Recording;

/// <summary>Writes down what happens on one replica. Hand it to the replica as its listener.</summary>
/// <remarks>
/// Steps must be raised one by one: a host that books equal steps at once raises <see cref="PolicyState.Repeated"/>, which cannot be
/// replayed.
/// </remarks>
public sealed class LogRecorder : PolicyState
{
    /// <summary>Most runs of tokens whose numbers are known at a time, about 50 bytes each.</summary>
    public const int NumbersMaxUsual = 4_000_000;

    private readonly EventLogWriter _log;
    private readonly int _replica;
    private readonly PrefixNumbers _numbers;
    private readonly Dictionary<RequestId, Open> _open = [];
    private readonly List<long> _grants = [];
    private readonly List<long> _preempted = [];
    private readonly List<long> _refused = [];
    private readonly List<long> _deferred = [];
    private readonly List<long> _tokens = [];
    private long? _holdsUntilUs;
    private long _plannedUs;
    private long _generatedUs;
    private bool _hasPlan;

    /// <summary>Begins the log of a replica.</summary>
    /// <param name="log">Where to; several replicas may share it on one thread.</param>
    /// <param name="replica">Number of the replica.</param>
    /// <param name="options">What the replica is made of.</param>
    /// <param name="objective">What it is to serve.</param>
    /// <param name="notReplayable">Why it cannot be replayed, beyond what the options show; null for no reason.</param>
    /// <param name="numbersMax">Most runs of tokens whose numbers are known at a time.</param>
    public LogRecorder(
        EventLogWriter log, int replica, ReplicaOptions options, Objective objective, string? notReplayable = null,
        int numbersMax = NumbersMaxUsual)
    {
        (_log, _replica, _numbers) = (log, replica, new PrefixNumbers(numbersMax));
        log.Write(ReplicaRecords.Of(options, replica, objective, notReplayable));
    }

    private sealed record Open(TokenContent Content, int KeysLogged, int LastNumber);

    /// <inheritdoc/>
    public override void Described(RequestFacts request, TokenContent content)
    {
        Flush();
        if (_numbers.ForgetIfFull()) _log.Write(new ForgotRecord { AtUs = NowUs, Replica = _replica });
        var last = _numbers.RootOf(request.CacheDomain);
        var runs = _numbers.Number(content.Keys, ref last);
        _open[request.Id] = new Open(content, content.Keys.Length, last);
        var logged = new LogContent(content.TokensPerKey, content.Count, content.IdentifiedCount, runs);
        _log.Write(ArrivedRecord.Of(request, NowUs, _replica, logged));
    }

    /// <inheritdoc/>
    public override void Decided(DecisionKind kind, RequestId request, long choice)
    {
        switch (kind)
        {
            case DecisionKind.Plan:
                Flush();
                (_hasPlan, _plannedUs) = (true, NowUs);
                break;
            case DecisionKind.Hold: _holdsUntilUs = choice; break;
            case DecisionKind.Refuse: _refused.AddRange([request.Value, choice]); break;
            case DecisionKind.Defer: _deferred.Add(request.Value); break;
        }
    }

    /// <inheritdoc/>
    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens) =>
        _grants.AddRange([request.Value, tokens, reserveTokens]);

    /// <inheritdoc/>
    public override void Preempted(RequestId request, int slot) => _preempted.Add(request.Value);

    /// <inheritdoc/>
    public override void Generated(RequestId request, int slot, int tokens)
    {
        FlushPlan();
        if (_tokens.Count == 0) _generatedUs = NowUs;
        _tokens.AddRange([request.Value, tokens]);
    }

    /// <inheritdoc/>
    public override void Stepped(in StepLoad load, long us)
    {
        Flush();
        _log.Write(new StepRecord { AtUs = NowUs, Replica = _replica, Us = us });
    }

    /// <inheritdoc/>
    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        Flush();
        _log.Write(new EndedRecord
        {
            AtUs = NowUs,
            Replica = _replica,
            Id = request.Id.Value,
            Outcome = end.Outcome,
            Generated = end.GeneratedTokens,
            Cached = end.CachedTokens,
            Answer = _open.Remove(request.Id, out var open) ? AnswerOf(open) : null,
        });
    }

    private List<int>? AnswerOf(Open open)
    {
        var last = open.LastNumber;
        var runs = _numbers.Number(open.Content.Keys[open.KeysLogged..], ref last);
        return runs.Count == 0 ? null : runs;
    }

    private void Flush()
    {
        FlushPlan();
        if (_tokens.Count == 0) return;
        _log.Write(new TokensRecord { AtUs = _generatedUs, Replica = _replica, Of = [.. _tokens] });
        _tokens.Clear();
    }

    private void FlushPlan()
    {
        if (!_hasPlan) return;
        _hasPlan = false;
        _log.Write(new PlanRecord
        {
            AtUs = _plannedUs,
            Replica = _replica,
            Grants = Taken(_grants),
            Preempted = Taken(_preempted),
            Refused = Taken(_refused),
            Deferred = Taken(_deferred),
            HoldsUntilUs = _holdsUntilUs,
        });
        _holdsUntilUs = null;
    }

    private static long[]? Taken(List<long> list)
    {
        if (list.Count == 0) return null;
        long[] taken = [.. list];
        list.Clear();
        return taken;
    }
}
