using Kantor.Reports.Loads;
using Kantor.Reports.Runs;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Bench;

/// <summary>Makes a page's report of a run.</summary>
internal static class BenchPage
{
    private const int BucketsMost = 240;
    private const double BucketSLeast = 0.25;

    /// <summary>Rows of all requests and of each class; null where nothing was sent, of which there is no page.</summary>
    public static IReadOnlyList<LoadRow> Rows(BenchSummary summary, IReadOnlyList<BenchRecord> records) =>
    [
        Row("all", summary, records),
        .. summary.Classes.Select(each => Row(each.Name, each.Summary, [.. records.Where(record => record.Class == each.Name)])),
    ];

    /// <summary>The run over time.</summary>
    public static LoadCourse Course(IReadOnlyList<BenchRecord> records)
    {
        var seconds = records.Select(record => record.EndUs).DefaultIfEmpty(0).Max() / 1e6;
        var bucketS = Math.Max(BucketSLeast, Math.Ceiling(seconds / BucketsMost / BucketSLeast) * BucketSLeast);
        var (bucketUs, buckets) = (bucketS * 1e6, (int)Math.Ceiling(seconds / bucketS));
        int BucketOf(long us) => Math.Min(buckets - 1, (int)(us / bucketUs));
        var tokens = records.SelectMany(record => record.TokensUs).Select(BucketOf);
        var first = records.Where(record => record.TokensUs.Count > 0)
            .ToLookup(record => BucketOf(record.StartUs), record => (record.TokensUs[0] - record.StartUs) / 1000.0);
        return new LoadCourse(
            bucketS, OpenMean(records, bucketUs, buckets), CountsPerS(tokens, bucketS, buckets),
            Figures(first, buckets, Enumerable.Average), Figures(first, buckets, Enumerable.Max));
    }

    private static double?[] Figures(ILookup<int, double> values, int buckets, Func<IEnumerable<double>, double> figure) =>
        [.. Enumerable.Range(0, buckets).Select(bucket => values.Contains(bucket) ? Rounded(figure(values[bucket])) : (double?)null)];

    private static double[] CountsPerS(IEnumerable<int> bucketsOfEvents, double bucketS, int buckets)
    {
        var counts = new int[buckets];
        foreach (var bucket in bucketsOfEvents) counts[bucket]++;
        return [.. counts.Select(count => Rounded(count / bucketS))];
    }

    private static double[] OpenMean(IReadOnlyList<BenchRecord> records, double bucketUs, int buckets)
    {
        var open = new double[buckets];
        foreach (var record in records)
        {
            for (var bucket = (int)(record.StartUs / bucketUs); bucket < buckets && bucket * bucketUs < record.EndUs; bucket++)
            {
                var (fromUs, toUs) = (Math.Max(record.StartUs, bucket * bucketUs), Math.Min(record.EndUs, (bucket + 1) * bucketUs));
                open[bucket] += (toUs - fromUs) / bucketUs;
            }
        }

        return [.. open.Select(Rounded)];
    }

    private static double Rounded(double value) => Math.Round(value, 3);

    private static LoadRow Row(string name, BenchSummary summary, IReadOnlyList<BenchRecord> records) => new()
    {
        Name = name,
        Requests = summary.Requests,
        Completed = summary.Completed,
        InObjective = summary.InObjective,
        PromptTokens = summary.PromptTokens,
        CachedTokens = summary.CachedTokens,
        OutputTokens = summary.OutputTokens,
        TtftUs = summary.TtftUs,
        GapUs = summary.GapUs,
        GapMaxUs = summary.GapMaxUs,
        E2eUs = summary.E2eUs,
        LatenessUs = summary.LatenessUs,
        Curves = Curves(records),
    };

    private static RunCurves Curves(IReadOnlyList<BenchRecord> records)
    {
        RequestRecord[] judged = [.. records.Select(record => record.AsRequest())];
        return new RunCurves(
            Curve(judged.Where(record => record.IsCompleted).Select(record => record.TtftUs).OfType<long>()),
            Curve(records.SelectMany(record => record.GapsUs)),
            Curve(judged.Select(record => record.E2eUs).OfType<long>()));
    }

    private static QuantileCurve? Curve(IEnumerable<long> durationsUs)
    {
        var histogram = new DurationHistogram();
        foreach (var us in durationsUs) histogram.Add(us);
        return QuantileCurve.Of(histogram);
    }
}
