using Kantor.Reports.Loads;
using Kantor.Reports.Runs;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;

namespace Kantor.Reports.Tests.Loads;

public class LoadHtmlTests
{
    [Fact]
    public void Every_row_is_there_and_text_is_escaped()
    {
        var page = Written(Report() with { Model = "<b>model</b>", Faults = [("HTTP <500>", 3)] });
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;model&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.Contains("HTTP &lt;500&gt;", page, StringComparison.Ordinal);
        foreach (var row in (string[])["all", "chat", "batch"]) Assert.Contains($"{row}</th><td>", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_figures_give_equal_bytes() => Assert.Equal(Written(Report()), Written(Report()));

    [Fact]
    public void What_is_not_there_is_a_dash_and_no_chart()
    {
        var nothing = Row("all") with
        {
            Completed = 0,
            TtftUs = null,
            GapUs = null,
            GapMaxUs = null,
            E2eUs = null,
            PromptTokens = 0,
            Curves = new RunCurves(null, null, null),
        };
        var page = Written(Report() with { Rows = [nothing], Seconds = 0, Course = new LoadCourse(1, [], [], [], []) });
        Assert.DoesNotContain("<figure>", page, StringComparison.Ordinal);
        Assert.Contains("<td>–</td>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_interruption_is_said(bool isInterrupted) =>
        Assert.Equal(isInterrupted, Written(Report() with { IsInterrupted = isInterrupted }).Contains("Interrupted", StringComparison.Ordinal));

    private static string Written(LoadReport report)
    {
        var writer = new StringWriter();
        LoadHtml.Write(writer, report);
        return writer.ToString();
    }

    private static LoadReport Report() => new()
    {
        Endpoint = "http://localhost:8080",
        Model = "model",
        Objective = "goodput(ttft=2s)",
        Command = "kantor bench --rate 4",
        IsInterrupted = false,
        Seconds = 2,
        Rows = [Row("all"), Row("chat"), Row("batch")],
        Faults = [],
        Course = new LoadCourse(1, [1, 2], [30, 40], [12.5, null], [20, null]),
    };

    private static LoadRow Row(string name)
    {
        var histogram = new DurationHistogram();
        foreach (var us in (long[])[1_000, 5_000, 90_000]) histogram.Add(us);
        var (times, curve) = (Distribution.Of([1_000, 5_000, 90_000]), QuantileCurve.Of(histogram));
        return new LoadRow
        {
            Name = name,
            Requests = 4,
            Completed = 3,
            InObjective = 2,
            PromptTokens = 100,
            CachedTokens = 25,
            OutputTokens = 70,
            TtftUs = times,
            GapUs = times,
            GapMaxUs = times,
            E2eUs = times,
            LatenessUs = times,
            Curves = new RunCurves(curve, curve, curve),
        };
    }
}
