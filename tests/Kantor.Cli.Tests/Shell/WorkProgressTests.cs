using Kantor.Cli.Runs;
using Kantor.Cli.Shell;
using Spectre.Console;

namespace Kantor.Cli.Tests.Shell;

public class WorkProgressTests
{
    [Fact]
    public void Counts_tell_parts_rate_and_remaining_time()
    {
        var counts = new WorkCounts("sweep", "requests", 1000, ("cells", 2));
        for (var request = 0; request < 500; request++) new RequestCounter(counts).RequestEnded(request, request + 1, 0);
        counts.PartEnded();
        Assert.Equal("1/2 cells  500 requests  100 requests/s  about 5 s left", counts.At(TimeSpan.FromSeconds(5)));
        Assert.Equal("sweep: 1 of 2 cells, 500 requests in 5.0 s, 100 requests/s.", counts.End(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Parts_tell_the_share_where_the_number_of_units_is_not_known()
    {
        var counts = new WorkCounts("plan", "requests", null, ("candidates", 12));
        Assert.Equal("0/12 candidates  0 requests  0 requests/s", counts.At(TimeSpan.Zero));
        counts.Add();
        for (var candidate = 0; candidate < 3; candidate++) counts.PartEnded();
        Assert.Equal("3/12 candidates  1 requests  0 requests/s  about 15 s left", counts.At(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Nothing_to_do_an_unknown_total_and_shares_are_shown_too()
    {
        var model = new WorkCounts("model", "MB", null);
        Assert.Null(model.End(TimeSpan.FromSeconds(1)));
        model.Set(1500, null);
        Assert.Equal(("1,500 MB  300 MB/s", null), (model.At(TimeSpan.FromSeconds(5)), model.Share));
        var writing = new WorkCounts("writing", null, null);
        writing.Set(250, 1000);
        Assert.Equal(("about 3 s left", null), (writing.At(TimeSpan.FromSeconds(1)), writing.End(TimeSpan.FromSeconds(1))));
        Assert.Equal(1, new WorkCounts("empty", "requests", 0).Share);
    }

    [Fact]
    public async Task Off_a_terminal_only_the_end_of_short_work_is_said()
    {
        using var writer = new StringWriter();
        var counts = new WorkCounts("simulate", "requests", 1);
        var result = await new WorkProgress(counts, writer, null).ShowAsync(() =>
        {
            counts.Add();
            return Task.FromResult(7);
        });
        Assert.Equal(7, result);
        Assert.StartsWith("kantor: simulate: 1 requests in ", writer.ToString());
        Assert.Single(writer.ToString().TrimEnd().Split('\n'));
        Assert.DoesNotContain('\e', writer.ToString());
    }

    [Fact]
    public async Task On_a_terminal_the_counts_stand_beside_a_bar_that_is_taken_away_before_the_end_is_said()
    {
        using var writer = new Awaited("5 requests");
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(writer),
        });
        terminal.Profile.Width = 120;
        var counts = new WorkCounts("sweep", "requests", 10, ("cells", 2));
        for (var request = 0; request < 5; request++) counts.Add();
        await Assert.ThrowsAsync<OperationCanceledException>(() => new WorkProgress(counts, writer, terminal).ShowAsync<int>(async () =>
        {
            await writer.Seen;
            throw new OperationCanceledException();
        }));
        Assert.Contains("0/2 cells  5 requests", writer.ToString());
        Assert.Matches("\\e\\[[0-9]*[KJ].*kantor: sweep: 0 of 2 cells, 5 requests in ", writer.ToString().ReplaceLineEndings(" "));
    }

    /// <summary>Tells when a text has been written.</summary>
    private sealed class Awaited(string text) : StringWriter
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Seen => _seen.Task;

        public override void Write(string? value)
        {
            base.Write(value);
            if (ToString().Contains(text, StringComparison.Ordinal)) _seen.TrySetResult();
        }
    }
}
