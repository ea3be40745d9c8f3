using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;
using Kantor.Cli.Sweep;
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
