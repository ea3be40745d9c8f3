using Kantor.Cli.Shell;
using Kantor.Cli.Runs;

namespace Kantor.Cli.Tests.Shell;

public class ProgressLineTests
{
    [Fact]
    public void The_line_shows_share_rate_and_remaining_time() =>
        Assert.Equal("svf [############------------] 50 %  100 requests/s  5 s left", ProgressLine.LineOf("svf", "requests", 500, 1000, TimeSpan.FromSeconds(5)));

    [Fact]
    public void Nothing_done_in_no_time_and_an_unknown_total_are_shown_too()
    {
        Assert.Equal("svf [------------------------] 0 %  0 requests/s", ProgressLine.LineOf("svf", "requests", 0, 1000, TimeSpan.Zero));
        Assert.Equal("model  1,500 MB  300 MB/s", ProgressLine.LineOf("model", "MB", 1500, null, TimeSpan.FromSeconds(5)));
        Assert.Equal("writing [######------------------] 25 %  3 s left", ProgressLine.LineOf("writing", "%", 250, 1000, TimeSpan.FromSeconds(1)));
        Assert.Equal("empty [########################] 100 %  0 requests/s", ProgressLine.LineOf("empty", "requests", 0, 0, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Off_a_terminal_only_the_end_is_said()
    {
        using var writer = new StringWriter();
        using (var progress = new RunsProgress("runs", 2, 4, new ProgressLine("simulate", "requests", writer, isTerminal: false)))
        {
            for (var request = 0; request < 4; request++) progress.NewObserver().RequestEnded(request, request + 1, 0);
            Assert.Empty(writer.ToString());
        }

        Assert.StartsWith("kantor: simulate: 4 requests in ", writer.ToString());
        Assert.DoesNotContain('\r', writer.ToString().TrimEnd());
    }

    [Fact]
    public void On_a_terminal_the_line_is_taken_away_before_the_end_is_said()
    {
        using var writer = new StringWriter();
        using (var line = new ProgressLine("sweep", "requests", writer, isTerminal: true))
        {
            line.Report(5, 10, () => "1/2 cells");
            Assert.StartsWith("\rsweep 1/2 cells [############------------] 50 %", writer.ToString());
            line.Dispose();
            line.Report(6, 10);
        }

        Assert.Contains("\r" + new string(' ', 20), writer.ToString());
        Assert.Single(writer.ToString().Split("kantor: ").Skip(1));
    }
}
