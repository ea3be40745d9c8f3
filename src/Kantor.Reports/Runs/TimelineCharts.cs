using Kantor.Reports.Pages;

namespace Kantor.Reports.Runs;

/// <summary>Charts of runs over virtual time, one line each. A band reaches from the mean to the largest sample.</summary>
internal static class TimelineCharts
{
    private static readonly (
        string Title,
        Func<RunTimeline, IReadOnlyList<double>> Mean,
        Func<RunTimeline, IReadOnlyList<double>>? Max,
        Func<double, string> Format)[] Charts =
    [
        ("Waiting requests", run => run.WaitingMean, run => run.WaitingMax, ChartAxis.Short),
        ("Running requests", run => run.RunningMean, null, ChartAxis.Short),
        (
            "KV in use; band up to the fullest replica",
            run => Percent(run.KvShareMean),
            run => Percent(run.KvShareMax),
            percent => ChartAxis.Short(percent) + " %"),
        ("Service so far, tokens", run => SoFar(run.TokensPerS, run.BucketS), null, Tokens),
    ];

    /// <summary>The charts of these runs; those without a timeline are left out, their style stays free.</summary>
    public static void Render(HtmlBuilder page, IReadOnlyList<(string Name, int Style, RunTimeline Timeline)> runs)
    {
        if (runs.Count == 0) return;
        page.Raw("<div class=\"charts pairs\">\n");
        var x = TimeAxis(runs.Select(run => run.Timeline));
        foreach (var (title, mean, max, format) in Charts)
        {
            var y = ChartAxis.Linear(runs.SelectMany(run => (max ?? mean)(run.Timeline)), format);
            page.Figure(
                title,
                Draw(
                    title,
                    x,
                    y,
                    runs.Select(run => Line(run.Name, run.Style, run.Timeline.BucketS, mean(run.Timeline), max?.Invoke(run.Timeline)))));
        }

        page.Raw("</div>\n");
    }

    /// <summary>The service of the tenants of one run; nothing without tenants.</summary>
    public static void RenderTenants(HtmlBuilder page, string run, RunTimeline timeline)
    {
        if (timeline.Tenants.Count < 2) return;
        var y = ChartAxis.Linear(timeline.Tenants.Select(tenant => SoFar(tenant.TokensPerS, timeline.BucketS).LastOrDefault()), Tokens);
        var lines = timeline.Tenants.Index().Select(
            tenant => Line(tenant.Item.Tenant, tenant.Index, timeline.BucketS, SoFar(tenant.Item.TokensPerS, timeline.BucketS), max: null));
        var title = $"{run}: service by tenant so far, tokens";
        page.Figure(title, Draw(title, TimeAxis([timeline]), y, lines));
    }

    private static string Draw(string title, ChartAxis x, ChartAxis y, IEnumerable<ChartLine> lines) =>
        new ChartSvg(title + " over virtual time", "virtual time", x, y) { IsTrace = true }.Draw(lines);

    private static ChartAxis TimeAxis(IEnumerable<RunTimeline> timelines) =>
        ChartAxis.Linear(
            timelines.Select(timeline => timeline.BucketS * timeline.TokensPerS.Count / 1.05),
            seconds => seconds == 0 ? "0" : ChartAxis.Duration(seconds * 1000));

    private static ChartLine Line(string name, int style, double bucketS, IReadOnlyList<double> mean, IReadOnlyList<double>? max) => new(
        name,
        style,
        [.. mean.Select((value, index) => new ChartPoint((index + 0.5) * bucketS, value, value, max?[index] ?? value))]);

    /// <summary>The sum up to each bucket: its slope is the rate, which alone would jump with each prompt.</summary>
    private static double[] SoFar(IReadOnlyList<double> tokensPerS, double bucketS)
    {
        var sum = 0.0;
        return [.. tokensPerS.Select(rate => sum += rate * bucketS)];
    }

    private static string Tokens(double tokens) => tokens switch
    {
        >= 1e9 => ChartAxis.Short(tokens / 1e9) + " G",
        >= 1e6 => ChartAxis.Short(tokens / 1e6) + " M",
        >= 1e4 => ChartAxis.Short(tokens / 1e3) + " k",
        _ => ChartAxis.Short(tokens),
    };

    private static double[] Percent(IReadOnlyList<double> shares) => [.. shares.Select(share => Math.Round(share * 100, 3))];
}
