using System.CommandLine;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Kantor.Cli.Shell;
using Kantor.Cli.Traces;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Tests.Traces;

/// <summary>The verbs as they are typed, without a process.</summary>
public sealed class TraceCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-trace-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Describe_writes_the_statistics_as_JSON()
    {
        var json = InFolder("out.json");
        Assert.Equal(ExitCode.Success, await RunAsync("describe", Mooncake(), "--json", json));
        var described = JsonNode.Parse(await File.ReadAllTextAsync(json, Cancellation))!;
        Assert.Equal("Mooncake JSONL", described["format"]!.GetValue<string>());
        var statistics = described["statistics"]!;
        Assert.Equal(3, statistics["requests"]!.GetValue<int>());
        Assert.Equal(2, statistics["span_s"]!.GetValue<double>());
        Assert.Equal(700, statistics["input_tokens"]!["p99"]!.GetValue<long>());
        Assert.Equal((6L, 2L, 2), (statistics["reuse"]!["blocks"]!.GetValue<long>(), statistics["reuse"]!["blocks_seen_before"]!.GetValue<long>(), statistics["reuse"]!["requests_with_hit"]!.GetValue<int>()));
    }

    [Fact]
    public void The_table_has_a_line_for_every_figure()
    {
        var trace = Trace.Load(TraceReader.Open(Mooncake(), new TraceReadOptions()));
        using var writer = new StringWriter();
        DescribeTable.Write(writer, "x.jsonl", trace with { LinesSkipped = 2 }, TraceStatistics.Of(trace.Requests));
        var text = writer.ToString();
        foreach (var expected in (string[])["x.jsonl (Mooncake JSONL)", "3", "2.0 s", "1 /s", "700 / 700 / 700 / 700 / 700", "6 of 512 tokens", "33.3 %", "66.7 %", "2 left out"]) Assert.Contains(expected, text);
        using var bare = new StringWriter();
        var azure = trace with { Requests = [new TraceRequest(0, 5, 6)] };
        DescribeTable.Write(bare, "x", azure, TraceStatistics.Of(azure.Requests));
        Assert.Contains("content unknown", bare.ToString());
        Assert.Contains("–", bare.ToString());
    }

    [Fact]
    public async Task Describe_ends_with_the_line_that_is_wrong_unless_bad_lines_are_skipped()
    {
        var path = Write("bad.jsonl", Row(0), "oops", Row(5));
        var error = await Assert.ThrowsAsync<UsageException>(() => RunAsync("describe", path));
        Assert.Contains($"{path}, line 2", error.Message);
        Assert.Equal(ExitCode.Success, await RunAsync("describe", path, "--skip-bad-lines"));
    }

    [Theory]
    [InlineData("trace.jsonl")]
    [InlineData("trace.jsonl.gz")]
    public async Task Convert_writes_what_the_reader_reads(string name)
    {
        var azure = Write("azure.csv", "TIMESTAMP,ContextTokens,GeneratedTokens", "2023-11-16 18:17:03.9799600,374,44", "2023-11-16 18:17:04.9799600,1024,109");
        Assert.Equal(ExitCode.Success, await RunAsync("convert", azure, "--out", InFolder(name)));
        var trace = Trace.Load(TraceReader.Open(InFolder(name), new TraceReadOptions()));
        Assert.Equal([(0L, 374, 44), (1_000_000L, 1024, 109)], trace.Requests.Select(request => (request.ArrivalUs, request.PromptTokens, request.OutputTokens)));
        Assert.Equal(3, trace.Requests.SelectMany(request => request.BlockIds).Distinct().Count());
        Assert.Equal(name.EndsWith(".gz", StringComparison.Ordinal), (await File.ReadAllBytesAsync(InFolder(name), Cancellation))[0] == 0x1F);
    }

    [Fact]
    public async Task Convert_keeps_the_reuse_of_a_trace_in_the_same_blocks()
    {
        Assert.Equal(ExitCode.Success, await RunAsync("convert", Mooncake(), "--out", InFolder("out.jsonl")));
        Assert.Equal(Reuse(Mooncake()).BlocksSeenBefore, Reuse(InFolder("out.jsonl")).BlocksSeenBefore);
    }

    [Fact]
    public async Task Convert_spreads_batches_unless_it_is_told_not_to()
    {
        var batched = Write("batched.jsonl", [.. Enumerable.Range(0, 60).Select(index => Row(index / 5 * 3000))]);
        Assert.Equal(ExitCode.Success, await RunAsync("convert", batched, "--out", InFolder("spread.jsonl")));
        Assert.Equal(ExitCode.Success, await RunAsync("convert", batched, "--out", InFolder("kept.jsonl"), "--spread-batches", "false"));
        Assert.True(Times("spread.jsonl") > 50);
        Assert.Equal(12, Times("kept.jsonl"));

        int Times(string name) => ArrivalBatches.Of(Trace.Load(TraceReader.Open(InFolder(name), new TraceReadOptions())).Requests).DistinctTimes;
    }

    [Fact]
    public async Task Convert_says_all_that_is_wrong_at_once()
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => RunAsync("convert", "--limit", "0", "--session-gap", "x", "--seed", "-1", "--spread-batches", "maybe", "--out", _folder));
        foreach (var expected in (string[])["FILE needs a file name", "--limit '0'", "--session-gap 'x'", "--seed '-1'", "--spread-batches 'maybe'", "is a folder"]) Assert.Contains(expected, error.Message);
        Assert.Contains("--out needs a file name", (await Assert.ThrowsAsync<UsageException>(() => RunAsync("convert", Mooncake()))).Message);
        Assert.Contains("is the trace itself", (await Assert.ThrowsAsync<UsageException>(() => RunAsync("convert", Mooncake(), "--out", Mooncake()))).Message);
    }

    [Theory]
    [InlineData("--kind", "chat", "--arrivals", "gamma:2.5", "--prefixes", "24,1.0,3")]
    [InlineData("--kind", "papers", "--arrivals", "weibull:2", "--prompt", "constant:700", "--output", "lognormal:100,0.5,1,1000")]
    [InlineData("--kind", "sessions", "--arrivals", "on-off:10,50")]
    [InlineData("--kind", "agents", "--arrivals", "diurnal:0.8,86400", "--rate", "0.1")]
    [InlineData("--kind", "flood", "--tenants", "3", "--flood-factor", "20", "--rate", "5")]
    public async Task Generate_draws_a_trace_that_the_reader_reads_and_a_seed_tells(params string[] options)
    {
        async Task<byte[]> Draw(string name, string seed)
        {
            Assert.Equal(ExitCode.Success, await RunAsync(["generate", "--requests", "200", "--seed", seed, "--out", InFolder(name), .. options]));
            Assert.InRange(Trace.Load(TraceReader.Open(InFolder(name), new TraceReadOptions())).Requests.Count, 120, 200);
            return await File.ReadAllBytesAsync(InFolder(name), Cancellation);
        }

        var (first, again, other) = (await Draw("a.jsonl", "1"), await Draw("b.jsonl", "1"), await Draw("c.jsonl", "2"));
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public async Task Generate_draws_from_client_models()
    {
        using (var file = new GZipStream(File.Create(InFolder("m.tar.gz")), CompressionLevel.Fastest))
        using (var tar = new System.Formats.Tar.TarWriter(file))
        {
            tar.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "chunk-0-trace.csv") { DataStream = new MemoryStream("0,1,1,Gamma,1,1\n"u8.ToArray()) });
        }

        string[] common = ["generate", "--servegen", InFolder("m.tar.gz"), "--out", InFolder("out.jsonl"), "--rate-scale", "2", "--to", "300"];
        Assert.Contains("have no lengths", (await Assert.ThrowsAsync<UsageException>(() => RunAsync(common))).Message);
        Assert.Equal(ExitCode.Success, await RunAsync([.. common, "--prompt", "constant:5", "--output", "normal:9,1,1,20"]));
        Assert.InRange(Trace.Load(TraceReader.Open(InFolder("out.jsonl"), new TraceReadOptions())).Requests.Count, 500, 700);
    }

    [Fact]
    public async Task Generate_says_all_that_is_wrong_at_once_and_accepts_nothing_that_it_would_ignore()
    {
        var error = await Assert.ThrowsAsync<UsageException>(() => RunAsync(
            "generate", "--requests", "0", "--rate", "-1", "--arrivals", "pareto:1", "--prompt", "lognormal:5", "--output", "normal:5,1,9,2", "--prefixes", "0,1,1", "--tenants", "4", "--from", "1", "--seed", "x"));
        foreach (var expected in (string[])["--requests '0'", "--rate '-1'", "--arrivals: 'pareto:1' is not known", "--prompt: 'lognormal:5' is no law", "--output: 'normal:5,1,9,2' is no law", "--prefixes: '0,1,1' must be", "--tenants has no meaning with --kind chat", "--from has no meaning", "--seed 'x'", "--out needs a file name"])
        {
            Assert.Contains(expected, error.Message);
        }

        Assert.Contains("cannot be given together", (await Assert.ThrowsAsync<UsageException>(() => RunAsync("generate", "--kind", "chat", "--servegen", "x", "--out", "-"))).Message);
        Assert.Contains("--kind 'poem' is not known", (await Assert.ThrowsAsync<UsageException>(() => RunAsync("generate", "--kind", "poem", "--out", "-"))).Message);
        Assert.Contains("--to must be after --from", (await Assert.ThrowsAsync<UsageException>(() => RunAsync("generate", "--servegen", "x", "--from", "5", "--to", "5", "--out", "-"))).Message);
        Assert.Contains("at-once has no meaning", (await Assert.ThrowsAsync<UsageException>(() => RunAsync("generate", "--kind", "agents", "--arrivals", "at-once", "--out", "-"))).Message);
        Assert.Contains("--rate has no meaning with --arrivals at-once", (await Assert.ThrowsAsync<UsageException>(() => RunAsync("generate", "--rate", "2", "--arrivals", "at-once", "--out", "-"))).Message);
        Assert.Contains("Cv lies in", (await Assert.ThrowsAsync<UsageException>(() => RunAsync("generate", "--arrivals", "gamma:0", "--out", "-"))).Message);
    }

    [Fact]
    public void Every_option_has_a_description_and_every_verb_an_example()
    {
        Assert.All(TraceCommand.Create().Subcommands, verb => Assert.Contains("Examples: kantor trace " + verb.Name, verb.Description));
        Assert.All(TraceCommand.Create().Subcommands.SelectMany(verb => verb.Options), option => Assert.False(string.IsNullOrEmpty(option.Description)));
        Assert.Equal(typeof(GenerateArguments).GetProperties().Length, TraceCommand.Create().Subcommands.Single(verb => verb.Name == "generate").Options.Count);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Task<int> RunAsync(params string[] arguments) =>
        TraceCommand.Create().Parse(arguments).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, Cancellation);

    private static TraceReuse Reuse(string path) => TraceStatistics.Of(Trace.Load(TraceReader.Open(path, new TraceReadOptions())).Requests).Reuse!;

    private string Mooncake() => Write("mooncake.jsonl", Row(0), Row(500), Row(2000));

    private string InFolder(string name) => Path.Combine(_folder, name);

    private string Write(string name, params string[] lines)
    {
        File.WriteAllLines(InFolder(name), lines);
        return InFolder(name);
    }

    /// <summary>A prompt whose first block is that of all, and whose second is its own.</summary>
    private static string Row(long timestampMs) => $$"""{"timestamp":{{timestampMs}},"input_length":700,"output_length":20,"hash_ids":[0,{{timestampMs + 1}}]}""";
}
