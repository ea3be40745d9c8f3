using Kantor.Cli.Bench;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Cli.Sweep;
using Kantor.Core.Objectives;
using Kantor.Core.Randomness;
using Kantor.Reports.Loads;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;
using Microsoft.Playwright;
using PageBrowser = Kantor.Server.Tests.Page.Browser;

namespace Kantor.Cli.Tests.Browser;

/// <summary>The pages of <c>kantor simulate</c> and <c>kantor sweep</c> in a real browser, at the width of a phone and of a desk.</summary>
public sealed class ReportPageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-page-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(375, 667, false)]
    [InlineData(1280, 800, false)]
    [InlineData(375, 667, true)]
    [InlineData(1280, 800, true)]
    public async Task The_page_of_a_simulation_fits_and_its_charts_are_read_by_pointer_and_keys(int width, int height, bool isDark)
    {
        await using var browser = await PageBrowser.StartAsync();
        var html = Path.Combine(_folder, "simulate.html");
        var input = RunInput.Of(new SimulateArguments { Trace = Tenants(), Policy = "fcfs,vllm-v1,sarathi,svf", Html = html });
        Assert.Equal(ExitCode.Success, new SimulateRun(input.Scenario, input.Settings).Execute(CancellationToken.None));
        var (page, complaints) = await OpenAsync(browser, html, width, height, isDark, "simulate");
        await Assertions.Expect(page.Locator("#runs tbody tr")).ToHaveCountAsync(4);

        var chart = page.Locator("svg[data-plot]").First;
        await chart.HoverAsync();
        await Assertions.Expect(page.Locator("output").First).ToContainTextAsync("svf");
        var read = await page.Locator("output").First.InnerTextAsync();
        await chart.FocusAsync();
        for (var press = 0; press < 20; press++) await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(page.Locator("output").First).Not.ToHaveTextAsync(read);
        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData(375, 667, true)]
    [InlineData(1280, 800, false)]
    public async Task The_page_of_a_sweep_fits_and_its_table_sorts(int width, int height, bool isDark)
    {
        await using var browser = await PageBrowser.StartAsync();
        var html = Path.Combine(_folder, "sweep.html");
        var grid = new SimulateArguments { Limit = "150", Policy = "fcfs,vllm-v1,svf", RateScale = "0.5,1,2,4", Seed = "1,2,3,4", Html = html };
        Assert.True(SweepValidation.TryParse(new SweepArguments { Grid = grid }, out var settings, out _));
        Assert.Equal(ExitCode.Success, new SweepRun(settings!).Execute(CancellationToken.None));
        var (page, complaints) = await OpenAsync(browser, html, width, height, isDark, "sweep");
        await Assertions.Expect(page.Locator("#differences tbody tr")).ToHaveCountAsync(2 * 4);

        var head = page.Locator("#cells th").Nth(11);
        await head.Locator("button").ClickAsync();
        await Assertions.Expect(head).ToHaveAttributeAsync("aria-sort", "ascending");
        var sorted = await page.EvaluateAsync<double[]>("[...document.querySelectorAll('#cells tbody tr')].map(row => Number(row.cells[11].dataset.v))");
        Assert.Equal(48, sorted.Length);
        Assert.Equal(sorted.Order(), sorted);
        Assert.Empty(complaints);
    }

    [Theory]
    [InlineData(375, 667, true)]
    [InlineData(1280, 800, false)]
    public async Task The_page_of_a_load_fits_and_its_charts_are_read(int width, int height, bool isDark)
    {
        await using var browser = await PageBrowser.StartAsync();
        var html = Path.Combine(_folder, "bench.html");
        var random = new RandomStream(1, "page");
        var records = Enumerable.Range(0, 300).Select(number => NewRecord(number, random)).ToArray();
        var summary = BenchSummary.Of(records, new SloSpec { TtftUsMax = 300_000 });
        using (var writer = File.CreateText(html))
        {
            LoadHtml.Write(writer, new LoadReport
            {
                Endpoint = "http://a-rather-long-name-of-a-server.example:8080",
                Model = "kantor-probe",
                Objective = "goodput(ttft=300ms)",
                Command = "kantor bench --rate 4 --requests 300 --classes chat=0.8,batch=0.2@10 --objective 'goodput(ttft=300ms)' --html bench.html",
                IsInterrupted = false,
                Seconds = summary.Seconds,
                Rows = BenchPage.Rows(summary, records),
                Faults = [.. summary.Faults.Select(fault => (fault.Key, fault.Value))],
                Course = BenchPage.Course(records),
            });
        }

        var (page, complaints) = await OpenAsync(browser, html, width, height, isDark, "bench");
        await Assertions.Expect(page.Locator("#loads tbody tr")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("figure")).ToHaveCountAsync(6);
        await page.Locator("svg[data-plot]").First.HoverAsync();
        await Assertions.Expect(page.Locator("output").First).ToContainTextAsync("Open requests");
        Assert.Empty(complaints);
    }

    private static BenchRecord NewRecord(int number, RandomStream random)
    {
        var startUs = number * 250_000L;
        var isChat = random.NextInt(5) > 0;
        var record = new BenchRecord { Number = number, StartUs = startUs, SentUs = startUs + random.NextInt(900), Class = isChat ? "chat" : "batch" };
        record.Fault = random.NextInt(40) == 0 ? "HTTP 429" : null;
        (record.PromptTokens, record.CachedTokens, record.OutputTokens) = (100, random.NextInt(60), 20);
        var atUs = startUs + 20_000 + random.NextInt(isChat ? 200_000 : 900_000);
        for (var token = 0; token < 20 && record.Fault is null; token++) record.TokensUs.Add(atUs += 9_000 + random.NextInt(40_000));
        record.EndUs = atUs;
        return record;
    }

    private static async Task<(IPage Page, List<string> Complaints)> OpenAsync(PageBrowser browser, string html, int width, int height, bool isDark, string name)
    {
        var complaints = new List<string>();
        var page = await browser.OpenAsync(new Uri("about:blank"), width, height, isDark);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        await page.GotoAsync(new Uri(html).AbsoluteUri);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "The page is wider than its window.");
        if (Environment.GetEnvironmentVariable("KANTOR_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.EvaluateAsync("document.querySelectorAll('details').forEach((details, index) => details.open = index < 2)");
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}-{width}-{(isDark ? "dark" : "light")}.png"), FullPage = true });
        }

        return (page, complaints);
    }

    /// <summary>Chat of three tenants, one of which floods the others.</summary>
    private string Tenants()
    {
        var path = Path.Combine(_folder, "tenants.jsonl");
        using var stream = File.Create(path);
        var blocks = new MooncakeBlocks();
        MooncakeWriter.Write(stream, TenantWorkload.Draw(TenantWorkload.Flood(tenants: 3, ratePerS: 1, factor: 4, spanS: 150), 250, seed: 1).Select(blocks.Regroup));
        return path;
    }
}
