using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Requests;

namespace Kantor.Core.Replica;

/// <summary>Answers what a view does not hold as columns. Cached prefixes are looked up once per row and plan.</summary>
internal sealed class ReplicaProbe(ReplicaBooks books) : IBatchProbe
{
    private readonly PlannedKv? _planned = books.KvRules.FollowsStep ? new PlannedKv(books.Kv, books.KvRules) : null;
    private long _stamp;
    private long[] _stamps = [];
    private PrefixHit[] _hits = [];

    public AdapterSet Adapters { get; } = new();

    public bool FollowsPlan => _planned is not null;

    /// <summary>Another plan is made: what was looked up may be wrong by now.</summary>
    public void BeginPlan() => _stamp++;

    /// <summary>What was planned is booked.</summary>
    public void EndPlan() => _planned?.Reset();

    public void PlanBegins() => _planned?.Reset();

    public void PlanGrows(int runningRow, int tokensComputed, int blocksMore) =>
        _planned?.Grow(books.Table.Sequences[runningRow], tokensComputed, blocksMore);

    public void PlanAdmits(int waitingRow, in PrefixHit hit, int tokensComputed, int blocksMore)
    {
        if (_planned is null) return;
        var spec = books.Table.Spec(waitingRow);
        _planned.Admit(spec.Content, spec.Facts.CacheDomain, hit, tokensComputed, blocksMore);
    }

    public PrefixHit CachedPrefix(int waitingRow)
    {
        if (_planned is not null) return books.Elsewhere.WithLoad(waitingRow, CachedPrefixNow(waitingRow, _planned));
        if (_stamps.Length <= waitingRow) Grow();
        if (_stamps[waitingRow] == _stamp) return _hits[waitingRow];
        var spec = books.Table.Spec(waitingRow);
        _stamps[waitingRow] = _stamp;
        var cached = books.Kv.Probe(spec.Content, spec.Facts.CacheDomain, books.Table.WantedTokens[waitingRow] - 1);
        return _hits[waitingRow] = books.Elsewhere.WithLoad(waitingRow, cached);
    }

    public int BlocksExclusive(int runningRow) => books.Kv.BlocksExclusive(books.Table.Sequences[runningRow]);

    public LengthBelief BelievedOutput(int row)
    {
        var query = new LengthQuery(books.Table.Spec(row).Facts, books.Table.GeneratedTokens[row], books.Table.OutputTokensMax[row]);
        return books.Options.Predictor.Predict(query, books.PredictorState);
    }

    private PrefixHit CachedPrefixNow(int waitingRow, PlannedKv planned)
    {
        var spec = books.Table.Spec(waitingRow);
        return planned.Probe(spec.Content, spec.Facts.CacheDomain, books.Table.WantedTokens[waitingRow] - 1);
    }

    private void Grow()
    {
        var rows = books.Table.Ids.Rows.Length;
        Array.Resize(ref _stamps, rows);
        Array.Resize(ref _hits, rows);
    }
}
