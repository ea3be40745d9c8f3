using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.EventLogs.Records;

namespace Kantor.EventLogs.Replaying;

/// <summary>The records of one replica in order, and what has to be known of it beforehand.</summary>
internal sealed class ReplayScript
{
    private readonly ReplicaRecord _replica;
    private readonly List<LogRecord> _records;
    private readonly Dictionary<long, IReadOnlyList<int>> _answers = [];
    private int _next;

    /// <exception cref="EventLogException">There is no such replica, or it cannot be replayed.</exception>
    public ReplayScript(EventLog log, int replica)
    {
        _replica = log.Replicas.FirstOrDefault(known => known.Replica == replica)
            ?? throw new EventLogException(
                $"replica {replica} is not in the log; it has {string.Join(", ", log.Replicas.Select(known => known.Replica))}");
        if (_replica.NotReplayable is { } why) throw new EventLogException($"replica {replica} cannot be replayed: {why}");
        _records = [.. log.Records.Where(record => record.Replica == replica)];
        foreach (var ended in _records.OfType<EndedRecord>())
        {
            if (ended.Answer is { } answer) _answers[ended.Id] = answer;
        }
    }

    /// <summary>Time of the record that was read last.</summary>
    public long AtUs => _next == 0 ? 0 : _records[_next - 1].AtUs;

    public KvRules Rules => new()
    {
        HitsWithinStep = _replica.HitsWithinStep,
        ChargesSharedOnce = _replica.ChargesSharedOnce,
        KeepsCopies = _replica.KeepsCopies,
        PinsAdmissionsFirst = _replica.PinsAdmissionsFirst,
        WaitsForPrefixTokens = _replica.WaitsForPrefixTokens,
    };

    /// <summary>The next record; null at the end.</summary>
    public LogRecord? Next() => _next < _records.Count ? _records[_next++] : null;

    /// <summary>The record that was read last is read again.</summary>
    public void PutBack() => _next--;

    /// <summary>The plan that comes next in the log.</summary>
    /// <exception cref="InvalidOperationException">Something else comes next.</exception>
    public PlanRecord NextPlan() => Next() as PlanRecord
        ?? throw new InvalidOperationException("More plans are asked for than there are in the log.");

    /// <summary>A replica like that of the log, with this policy.</summary>
    public ReplicaOptions Options(ReplayOptions replay, IBatchPlanner planner, IStepTimeModel stepTime) => new()
    {
        Planner = planner,
        Limits = new BatchLimits
        {
            StepTokensMax = _replica.StepTokensMax,
            RunningMax = _replica.RunningMax,
            WaitingMax = _replica.WaitingMax,
            AdaptersMax = _replica.AdaptersMax,
        },
        Kv = new KvLedgerOptions
        {
            BlocksTotal = _replica.Blocks,
            BlockSizeTokens = _replica.BlockSizeTokens,
            PrefixCaching = _replica.PrefixCaching,
            IdleBlocksMax = _replica.IdleBlocksMax,
            SequencesMax = _replica.SequencesMax,
            KeepsCopies = _replica.KeepsCopies,
            Retention = replay.Retention,
        },
        KvRules = Rules,
        Tiers = HostTier() is { } tier ? [tier] : [],
        Predictor = replay.Predictor,
        StepTime = stepTime,
        HoldUsMax = _replica.HoldUsMax,
        Classes = Objective.TryParse(_replica.Objective, out var objective, out var error)
            ? objective.Classes
            : throw new EventLogException($"replica {_replica.Replica}: objective: {error}"),
        Listener = replay.Listener,
        Log = replay.Log,
    };

    /// <summary>What copies at once is a matter of the books alone, so that its link does not count.</summary>
    private KvTier? HostTier() => _replica.HostBlocks is not { } blocks
        ? null
        : new KvTier(
            new KvPlace
            {
                Name = "host",
                Blocks = blocks,
                CopiesAtOnce = true,
                CopyTokensMin = _replica.HostCopyTokensMin ?? 1,
                Link = new KvLink { TokensPerUs = 1 },
            },
            _replica.BlockSizeTokens);

    /// <summary>What a request is made of as it comes.</summary>
    public static TokenContent ContentOf(ArrivedRecord arrived)
    {
        if (arrived.Content is not { Known: > 0 } logged) return TokenContent.Opaque(arrived.Content?.Count ?? arrived.Prompt);
        int[] numbers = [.. logged.Numbers()];
        var content = logged.TokensPerKey == 1
            ? TokenContent.FromTokens(numbers)
            : TokenContent.FromBlockIds(numbers, logged.TokensPerKey, logged.Known);
        content.AppendUnknown(logged.Count - content.Count);
        return content;
    }

    /// <summary>The tokens that the request will have generated, as far as they are known.</summary>
    public Queue<int> AnswerOf(long request) =>
        new(_answers.TryGetValue(request, out var runs) ? new LogContent(1, 0, 0, runs).Numbers() : []);
}
