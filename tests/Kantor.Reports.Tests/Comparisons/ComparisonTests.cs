using System.Text;
using System.Text.Json.Nodes;
using Kantor.Core.Catalogue;
using Kantor.Core.Objectives;
using Kantor.Reports.Comparisons;
using Kantor.Reports.Runs;
using Kantor.Reports.Sweeps;

namespace Kantor.Reports.Tests.Comparisons;

public class ComparisonTests
{
    private static readonly Objective Goodput = Objective.Goodput(new SloSpec());

    [Fact]
    public void A_lead_within_the_noise_is_called_that()
    {
        var words = ComparisonWords.Of(Report(("base", [0.5, 0.7, 0.6]), ("other", [0.6, 0.5, 0.75])));
        Assert.Contains("other has the best value, 61.7 %, and base cannot be told from it", words[0]);
        Assert.Contains("better none; worse none; 1 that differ by less than the noise", words[1]);
    }

    [Fact]
    public void A_lead_beyond_the_noise_is_called_that_and_so_is_a_loss()
    {
        var words = ComparisonWords.Of(Report(("base", [0.5, 0.7, 0.6]), ("better", [0.6, 0.8, 0.71]), ("worse", [0.3, 0.5, 0.41])));
        Assert.Contains("better is best, 70.3 %, beyond what the replicates explain", words[0]);
        Assert.Contains("better better; worse worse; 0 that", words[1]);
    }

    [Fact]
    public void One_sample_tells_nothing_about_others() =>
        Assert.Contains("on one sample of requests", ComparisonWords.Of(Report(("base", [0.5]), ("other", [0.9])))[0]);

    [Fact]
    public void Of_a_bound_the_share_is_told_and_without_one_that_there_is_none()
    {
        var report = Report(("base", [0.5, 0.5]));
        Assert.Contains("no bound is known", ComparisonWords.Of(report)[0]);
        var bounded = report with { Rows = [.. report.Rows.Select(row => row with { Ratio = new SweepBand(0.8, 0.8, 0.8, 0) })] };
        Assert.Contains("80.0 % of what any policy could reach", ComparisonWords.Of(bounded)[0]);
    }

    [Theory]
    [InlineData("goodput(ttft=2s)", true, 0.5, 0.8, 0.625)]
    [InlineData("latency(mean-e2e)", false, 10, 8, 0.8)]
    [InlineData("throughput", true, 4, 8, 0.5)]
    public void The_share_of_a_bound_is_at_most_one_whichever_way_is_better(string objective, bool more, double value, double bound, double ratio)
    {
        Assert.True(Objective.TryParse(objective, out var parsed, out _));
        var figure = ObjectiveFigure.For(parsed);
        Assert.Equal(more, figure.MoreIsBetter);
        Assert.Equal(ratio, figure.Ratio(value, bound)!.Value, 9);
    }

    [Fact]
    public void A_ranking_that_turns_round_has_the_opposite_correlation_and_another_best()
    {
        var report = Report(("a", [0.9]), ("b", [0.5]), ("c", [0.1]));
        var row = SensitivityRow.Of(report, 1, "Decode +30 %", policy => policy switch { "a" => 0.1, "b" => 0.5, _ => 0.8 });
        Assert.Equal(("c", "a"), (row.Best, row.BestBefore));
        Assert.Equal(-1, row.RankCorrelation!.Value, 9);
        Assert.Contains("c is best where a was; rank correlation with the figures above -1.00", ComparisonWords.Of(report with { Sensitivity = [row] })[^1]);
        Assert.Equal(["a", "c"], SensitivityRow.Of(report, 1, "w", policy => policy == "b" ? null : 1).Values.Select(each => each.Policy));
    }

    [Fact]
    public void The_JSON_says_bound_and_interval_of_each_run()
    {
        using var stream = new MemoryStream();
        ComparisonJson.Write(stream, Report(("base", [0.4, 0.6])));
        var run = JsonNode.Parse(Encoding.UTF8.GetString(stream.ToArray()))!["runs"]![0]!;
        Assert.Equal(("best", 0.8, 0.5), ((string)run["bound"]!["name"]!, (double)run["bound"]!["value"]!, (double)run["bound"]!["ratio"]!));
        Assert.Equal(2, run["ci95"]!.AsArray().Count);
        Assert.Equal("goodput()", (string)run["objective"]!);
        Assert.Equal("point", (string)run["information"]!);
    }

    [Fact]
    public void The_page_has_every_row_of_every_load_and_escapes_names()
    {
        var page = new StringWriter();
        ComparisonHtml.Write(page, Report(("base", [0.4, 0.6]), ("<b>", [0.5, 0.6])));
        Assert.Contains("&lt;b&gt;", page.ToString());
        Assert.DoesNotContain("<td class=\"name\" data-v=\"<b>", page.ToString());
        Assert.Contains("× the knee", page.ToString());
    }

    [Fact]
    public void Of_many_names_the_first_are_said_and_how_many_more_there_are()
    {
        var report = Report([("base", [0.5, 0.5, 0.5]), .. Enumerable.Range(0, 12).Select(index => ($"p{index:00}", (double[])[0.5, 0.5, 0.5]))]);
        var words = string.Join('\n', ComparisonWords.Of(report));
        Assert.Contains("p07 and 4 more cannot be told from it", words);
        Assert.DoesNotContain("p08", words);
    }

    private static ComparisonReport Report(params (string Policy, double[] Values)[] rows)
    {
        var first = rows[0].Values;
        return new()
        {
            Trace = "t.csv",
            Format = "f",
            Fleet = "1 × unit",
            Decision = "planner",
            Planner = rows[0].Policy,
            Admission = "accept-all",
            Routing = "round-robin",
            Predictor = "constant:5",
            Objective = Goodput,
            Baseline = rows[0].Policy,
            Knee = new Knee(1, 2, "given"),
            ReplicateKind = "seed",
            RequestsPerReplicate = 10,
            Command = "kantor compare",
            RunsTotal = rows.Sum(row => row.Values.Length),
            Rows =
            [
                .. rows.Select(row => new ComparisonRow
                {
                    Policy = row.Policy,
                    Card = new PolicyCard("h", "s") { Information = LengthInformation.Point, Evidence = Evidence.Stated },
                    Load = 1,
                    Runs = [.. row.Values.Select((value, index) => new ComparedRun($"seed {index}", Run(row.Policy, value), new("best", 0.8, "none")))],
                    Value = SweepBand.Of(row.Values),
                    Difference = row.Policy == rows[0].Policy ? null : SweepBand.Of([.. row.Values.Zip(first, (value, of) => value - of)]),
                    Cost = new DecisionCost(1, 2, 0),
                }),
            ],
        };
    }

    private static RunReport Run(string policy, double attainment) => new()
    {
        Policy = policy,
        Routing = "r",
        Requests = 10,
        Completed = 10,
        Rejected = 0,
        Ttft = null,
        Itl = null,
        E2e = null,
        GoodputRps = 1,
        SloAttainment = attainment,
        PrefixHitRate = 0,
        Preemptions = 0,
        RecomputedTokens = 0,
        WallS = 1,
    };
}
