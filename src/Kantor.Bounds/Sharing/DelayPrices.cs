using Kantor.Bounds.Facts;
using Kantor.Bounds.Prices;
using Kantor.Bounds.Work;

namespace Kantor.Bounds.Sharing;

/// <summary>
/// What tokens cost by bucket of time (docs/bounds.md, section 4.2): for delaying those who are there, for decoding in larger batches, for
/// machine time. All is free in the last bucket, which stands for all time after it.
/// </summary>
internal sealed class DelayPrices
{
    private const int SmoothedBuckets = 100;
    private readonly WorkRates _beside;
    private readonly WorkRates _full;
    private readonly TimeBuckets _buckets;
    private readonly DelayEdges _edges;
    private readonly double[] _delay;
    private readonly double[] _batch;
    private readonly double[] _decode;
    private readonly PriceTable _promptTokens;
    private readonly PriceTable _decodes;
    private readonly PriceTable _reads;

    /// <summary>The prices.</summary>
    /// <param name="edges">Until when requests count delays.</param>
    /// <param name="minorant">Fixed part of a step, and machine time of tokens beside it.</param>
    /// <param name="full">Machine time of tokens where fixed parts are divided over them.</param>
    /// <param name="batchShare">How large batches are thought to be, as a multiple of those who would be there alone; at least 0.</param>
    /// <param name="buckets">How time is cut.</param>
    public DelayPrices(DelayEdges edges, StepMinorant minorant, WorkRates full, double batchShare, TimeBuckets buckets)
    {
        (_beside, _full, _buckets, _edges) = (minorant.Rates, full, buckets, edges);
        (_delay, _batch, _decode) = (new double[buckets.Count], new double[buckets.Count], new double[buckets.Count]);
        (_promptTokens, _decodes, _reads) = (new(buckets.Count), new(buckets.Count), new(buckets.Count));
        if (minorant.FixedUs > 0 && batchShare > 0) SetBatches(minorant, batchShare);
    }

    /// <summary>What all time costs at these prices.</summary>
    public double OwedUs { get; private set; }

    public void Set(DelayPoint point)
    {
        _edges.Sum(point.Heights, _delay);
        OwedUs = 0;
        for (var bucket = 0; bucket < _delay.Length; bucket++)
        {
            var (delay, machine) = (_delay[bucket] + _batch[bucket], point.Machine[bucket]);
            _promptTokens.Prices[bucket] = (delay * _beside.PrefillTokenUs) + (machine * _full.PrefillTokenUs);
            _decodes.Prices[bucket] = _decode[bucket] + (machine * _full.DecodeTokenUs);
            _reads.Prices[bucket] = delay + machine;
            OwedUs += (_batch[bucket] + machine) * _buckets.WidthUs;
        }

        _promptTokens.Build();
        _decodes.Build();
        _reads.Build();
    }

    /// <summary>Least that prompt tokens cost in a window, and where.</summary>
    public (double Cost, int Bucket) PromptTokens(double tokens, double fromUs, double toUs) => Least(_promptTokens, tokens, fromUs, toUs);

    /// <summary>The same of decodes.</summary>
    public (double Cost, int Bucket) Decodes(double decodes, double fromUs, double toUs) => Least(_decodes, decodes, fromUs, toUs);

    /// <summary>The same of attention in microseconds.</summary>
    public (double Cost, int Bucket) Reads(double us, double fromUs, double toUs) =>
        us > 0 ? Least(_reads, us, fromUs, toUs) : (0, _buckets.At(fromUs));

    private (double Cost, int Bucket) Least(PriceTable table, double amount, double fromUs, double toUs)
    {
        var bucket = table.Cheapest(_buckets.At(fromUs), _buckets.At(toUs));
        return (amount * table.Prices[bucket], bucket);
    }

    /// <summary>
    /// D decodes of a step delay each other: w·D² ≥ α·D − β·(the step's time without prompts and attention), where D is guessed from how
    /// many would be there, on the mean of some seconds.
    /// </summary>
    private void SetBatches(StepMinorant minorant, double batchShare)
    {
        var (fixedUs, rate) = (minorant.FixedUs, minorant.Rates.DecodeTokenUs);
        var alone = new double[DelayEdges.Levels * _edges.Requests];
        Array.Fill(alone, 1, 0, _edges.Requests);
        _edges.Sum(alone, _delay);
        var before = new double[_delay.Length + 1];
        for (var bucket = 0; bucket < _delay.Length; bucket++) before[bucket + 1] = before[bucket] + _delay[bucket];
        for (var bucket = 0; bucket < _delay.Length - 1; bucket++)
        {
            var (from, to) = (Math.Max(0, bucket - SmoothedBuckets), Math.Min(_delay.Length, bucket + SmoothedBuckets + 1));
            var decodes = batchShare * (before[to] - before[from]) / (to - from);
            _batch[bucket] = rate * decodes * decodes / fixedUs;
            _decode[bucket] = (2 * rate * decodes) + (_batch[bucket] * rate);
        }
    }

    private sealed class PriceTable(int buckets)
    {
        private readonly RangeMinima _minima = new(buckets, buckets);

        public double[] Prices { get; } = new double[buckets];

        public void Build() => _minima.Build(Prices);

        public int Cheapest(int from, int to) => _minima.Cheapest(from, to);
    }
}
