using System.Globalization;
using System.Text.RegularExpressions;
using Kantor.Cli.Runs;
using Kantor.Cli.Simulate;

namespace Kantor.Cli.Tests.Simulate;

public partial class RunCertificateTests
{
    [Theory]
    [InlineData("goodput(ttft=2s,itl=100ms)", "40")]
    [InlineData("latency(mean-e2e)", "10")]
    public void Each_run_is_told_what_no_policy_can_better_and_its_share_of_it(string objective, string rateScale)
    {
        var typed = new SimulateArguments { Limit = "100", Policy = "priced,vllm-v1", Objective = objective, RateScale = rateScale };
        var (certificate, input) = Of(typed);
        var grid = new RunGrid(RunCell.Of(input.Scenario), WorkloadSource.Open(input.Scenario, input.Settings, default), leaps: true);
        grid.Execute("test", "runs", threads: 1, failuresEnd: true, default);
        Assert.True(input.Settings.Certifies);
        Assert.Equal(2, grid.Reports.Count);
        foreach (var run in grid.Reports)
        {
            var share = Share().Match(certificate!.LineOf(run)).Groups[1].Value;
            Assert.InRange(double.Parse(share, CultureInfo.InvariantCulture), 0, 100);
        }
    }

    [Theory]
    [InlineData("throughput", null)]
    [InlineData("tail(p99-ttft)", null)]
    [InlineData("goodput(ttft=2s)", "3")]
    public void Where_the_bound_says_nothing_of_the_run_nothing_is_said(string objective, string? users) =>
        Assert.Null(Of(new SimulateArguments { Limit = "20", Policy = "fcfs", Objective = objective, Users = users }).Certificate);

    private static (RunCertificate? Certificate, RunInput Input) Of(SimulateArguments typed)
    {
        var input = RunInput.Of(typed);
        return (RunCertificate.Of(input.Scenario, WorkloadSource.Open(input.Scenario, input.Settings, default)), input);
    }

    [GeneratedRegex(@"([\d.]+) % of the bound")]
    private static partial Regex Share();
}
