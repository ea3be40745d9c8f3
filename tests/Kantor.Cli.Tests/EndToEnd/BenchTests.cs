using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Kantor.Cli.Bench;
using Kantor.Cli.Shell;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>The load generator against the real server on a real socket.</summary>
public class BenchTests(ProbeServer server)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_sent_is_what_came_back_and_what_the_endpoint_counted(bool isOpen)
    {
        var load = new BenchLoad
        {
            Requests = 12,
            RatePerS = isOpen ? 200 : null,
            Concurrency = isOpen ? null : 3,
            PromptTokens = new(5, 30),
            OutputTokens = new(1, 6),
            IgnoresEos = true,
        };
        var records = await RunAsync(load);
        var planned = isOpen ? RequestPlan.OfOpenLoop(load, 200) : Enumerable.Range(0, 3).SelectMany(lane => RequestPlan.OfLane(load, lane, 3));
        var wanted = planned.OrderBy(request => request.Number).ToArray();
        Assert.All(records, record => Assert.Null(record.Fault));
        Assert.Equal(
            wanted.Select(request => (request.Number, request.Prompt.Length, request.OutputTokensMax)),
            records.OrderBy(record => record.Number).Select(record => (record.Number, record.PromptTokens!.Value, record.OutputTokens!.Value)));
        Assert.All(records, record => Assert.True(record.SentUs >= record.StartUs && record.EndUs >= record.TokensUs.LastOrDefault()));
        Assert.All(records, record => Assert.InRange(record.TokensUs.Count, 0, record.OutputTokens!.Value));
    }

    /// <summary>On a server of its own, whose counters no other test moves.</summary>
    [Fact]
    public async Task The_endpoints_counters_agree()
    {
        await using var own = new ProbeServer();
        await own.InitializeAsync();
        var load = new BenchLoad { Requests = 9, Concurrency = 3, PromptTokens = new(5, 30), OutputTokens = new(1, 6), IgnoresEos = true };
        var summary = BenchSummary.Of(await RunAsync(load, own.Url), null);
        using var http = new HttpClient();
        var counters = await http.GetStringAsync(new Uri(own.Url, "/metrics"), TestContext.Current.CancellationToken);
        Assert.Equal((9, 9), (summary.Requests, summary.Completed));
        Assert.Equal(summary.OutputTokens, SumOf(counters, "vllm:generation_tokens_total"));
        Assert.Equal(summary.PromptTokens, SumOf(counters, "vllm:prompt_tokens_total"));
        Assert.Equal(summary.Requests, SumOf(counters, "kantor_requests_ended_total"));
    }

    [Fact]
    public async Task A_trace_is_sent_with_its_lengths_and_finds_its_blocks_cached()
    {
        TraceRequest[] trace = [new(0, 96, 2, [1, 2, 3], 32), new(1, 20, 3), new(2, 40, 1)];
        var records = await RunAsync(new BenchLoad { Requests = 3, Trace = trace, IgnoresEos = true, Seed = 91 });
        Assert.Equal(
            trace.Select(request => (request.PromptTokens, request.OutputTokens)),
            records.OrderBy(record => record.Number).Select(record => (record.PromptTokens!.Value, record.OutputTokens!.Value)));
        var again = await RunAsync(new BenchLoad { Requests = 1, Trace = trace, IgnoresEos = true, Seed = 91 });
        Assert.True(again[0].CachedTokens >= 64, $"{again[0].CachedTokens} cached");
    }

    /// <summary>The clock is at the timeout at once, so that the test waits for nothing; the endpoint never answers.</summary>
    [Fact]
    public async Task Who_gets_no_answer_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var client = new CompletionClient(UrlOf(silent), null) { Timeout = TimeSpan.FromHours(1), Clock = new HastyClock() };
        var records = await new BenchRun(client, "any", new BenchLoad { Requests = 3, Concurrency = 2 })
            .RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, BenchSummary.Of(records, null).Faults["timeout"]);
    }

    [Fact]
    public async Task Later_turns_find_the_earlier_ones_cached()
    {
        var records = await RunAsync(new BenchLoad
        {
            Requests = 3,
            Concurrency = 1,
            Turns = 3,
            PromptTokens = new(80, 80),
            OutputTokens = new(2, 2),
            Seed = 77,
        });
        Assert.Equal([80, 160, 240], records.Select(record => record.PromptTokens!.Value));
        Assert.True(records[1].CachedTokens >= 80 && records[2].CachedTokens >= 160, string.Join(' ', records.Select(record => record.CachedTokens)));
    }

    /// <summary>A turn carries the answers that really came, so its prompt is longer than all before it together.</summary>
    [Fact]
    public async Task A_conversation_goes_on_from_its_answers()
    {
        var load = new BenchLoad
        {
            Requests = 3,
            Concurrency = 1,
            Turns = 3,
            PromptTokens = new(20, 20),
            OutputTokens = new(6, 6),
            IgnoresEos = true,
            Seed = 78,
        };
        var records = await RunAsync(load, api: BenchApi.Chat);
        Assert.All(records, record => Assert.Equal((null, 6), (record.Fault, record.OutputTokens)));
        for (var turn = 1; turn < 3; turn++)
        {
            var before = records[turn - 1];
            Assert.True(records[turn].PromptTokens >= before.PromptTokens + before.OutputTokens, "The answer is not there.");
            Assert.True(records[turn].CachedTokens >= before.PromptTokens - 8, $"{records[turn].CachedTokens} of {before.PromptTokens} cached");
        }
    }

    [Fact]
    public async Task A_user_thinks_after_the_end_of_a_turn()
    {
        var load = new BenchLoad
        {
            Requests = 6,
            Concurrency = 2,
            Turns = 3,
            ThinkUs = (40_000, 60_000),
            OutputTokens = new(2, 2),
            PromptTokens = new(5, 5),
        };
        foreach (var lane in (await RunAsync(load)).GroupBy(record => record.Number % 2))
        {
            var turns = lane.OrderBy(record => record.Number).ToArray();
            Assert.All(turns.Zip(turns.Skip(1)), pair => Assert.True(pair.Second.SentUs >= pair.First.EndUs + 40_000));
        }
    }

    [Fact]
    public async Task Each_class_sends_its_priority_and_is_told_apart()
    {
        // The server's policy looks at no priorities: it refuses the class that has one, by name.
        var load = new BenchLoad { Requests = 20, Concurrency = 2, OutputTokens = new(2, 2), Classes = [new("plain", 1, null), new("ranked", 1, 10)] };
        var summary = BenchSummary.Of(await RunAsync(load), null);
        Assert.Equal(["plain", "ranked"], summary.Classes.Select(each => each.Name));
        Assert.Equal(summary.Requests, summary.Classes.Sum(each => each.Summary.Requests));
        Assert.Equal(summary.Classes[0].Summary.Requests, summary.Classes[0].Summary.Completed);
        Assert.Equal(summary.Classes[1].Summary.Requests, summary.Classes[1].Summary.Faults["HTTP 400"]);
    }

    [Fact]
    public async Task What_is_refused_is_a_fault_and_costs_no_other()
    {
        // Id 1,000,000 is no token: the endpoint refuses each with 400.
        var records = await RunAsync(new BenchLoad { Requests = 4, Concurrency = 2, TokenIds = new(1_000_000, 1_000_000) });
        Assert.All(records, record => Assert.Equal("HTTP 400", record.Fault));
        Assert.Equal(4, BenchSummary.Of(records, null).Faults["HTTP 400"]);
    }

    [Fact]
    public async Task Interrupted_before_it_begins_it_sends_nothing()
    {
        using var interruption = new CancellationTokenSource();
        using var client = new CompletionClient(server.Url, null);
        await interruption.CancelAsync();
        var records = await new BenchRun(client, ProbeServer.ModelName, new BenchLoad { Requests = 50, RatePerS = 1 })
            .RunAsync(interruption.Token);
        Assert.Empty(records);
    }

    [Fact]
    public async Task More_open_requests_than_may_be_end_the_sending_and_not_the_report()
    {
        using var client = new CompletionClient(server.Url, null);
        var load = new BenchLoad { Requests = 50, RatePerS = 100_000, OpenMax = 3, OutputTokens = new(60, 60) };
        var run = new BenchRun(client, ProbeServer.ModelName, load);
        var records = await run.RunAsync(TestContext.Current.CancellationToken);
        Assert.True(run.IsOverrun);
        Assert.InRange(records.Count, 3, 49);
        Assert.All(records, record => Assert.Null(record.Fault));
    }

    [Fact]
    public async Task The_report_is_JSON_with_every_request()
    {
        var records = await RunAsync(new BenchLoad { Requests = 2, Concurrency = 1, OutputTokens = new(3, 3) });
        using var buffer = new MemoryStream();
        BenchReport.WriteJson(buffer, BenchSummary.Of(records, null), records);
        using var json = JsonDocument.Parse(buffer.ToArray());
        Assert.Equal(2, json.RootElement.GetProperty("requests").GetArrayLength());
        Assert.Equal(2, json.RootElement.GetProperty("summary").GetProperty("completed").GetInt32());
    }

    [Fact]
    public async Task Nobody_there_is_said_in_a_line()
    {
        using var client = new CompletionClient(new Uri("http://127.0.0.1:9"), null);
        var failed = await Assert.ThrowsAsync<FailureException>(() => client.FirstModelAsync(TestContext.Current.CancellationToken));
        Assert.StartsWith("http://127.0.0.1:9/v1/models does not name a model:", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rate 3 --concurrency 2", "Give either --rate or --concurrency")]
    [InlineData("--concurrency 2 --arrivals constant", "--arrivals has no meaning without --rate.")]
    [InlineData("--rate 3 --trace any.jsonl", "Give either --rate or --concurrency")]
    [InlineData("--rate 3 --rate-scale 2", "--rate-scale has no meaning without --trace.")]
    [InlineData("--rate 3 --length-scale 2", "--length-scale has no meaning without --trace.")]
    [InlineData("--trace any.jsonl --output-tokens 5", "--output-tokens has no meaning with --trace")]
    [InlineData("--trace not-there.jsonl", "not-there.jsonl: cannot be opened")]
    [InlineData("--trace any.jsonl --rate-scale 0", "--rate-scale '0' is not in range")]
    [InlineData("--rate 3 --arrivals on-off:0,4", "--arrivals 'on-off:0,4' is unknown")]
    [InlineData("--rate 3 --arrivals gamma:2", "--arrivals 'gamma:2' is unknown")]
    [InlineData("--rate 3 --duration 5x", "--duration '5x' is not in range")]
    [InlineData("--rate 3 --timeout 0", "--timeout '0' is not in range")]
    [InlineData("--rate 3 --turns 4", "--turns needs --concurrency")]
    [InlineData("--rate 3 --think-time 2", "--think-time needs --turns")]
    [InlineData("--concurrency 3 --turns 2 --think-time 3..2", "--think-time '3..2' is neither a number of seconds")]
    [InlineData("--rate 3 --classes chat", "--classes 'chat' is no list of classes")]
    [InlineData("--rate 3 --classes a=1,a=2", "--classes 'a=1,a=2' is no list of classes with names of their own")]
    [InlineData("--rate 3 --classes a=0", "--classes 'a=0' is no list")]
    [InlineData("--rate 3 --api grpc", "--api 'grpc' is unknown; it is completions or chat.")]
    [InlineData("--rate 3 --api chat --token-ids 3..9", "--token-ids has no meaning with --api chat")]
    [InlineData("--rate 3 --json same --html same", "Two reports are to be written to 'same'")]
    [InlineData("--rate 3 --prompt-tokens 9..3", "--prompt-tokens '9..3' is neither a number nor a range")]
    [InlineData("--rate 3 --long-tokens 9", "--long-tokens needs --long-every.")]
    [InlineData("--rate 3 --url localhost:80", "--url 'localhost:80' is not the address of a server")]
    [InlineData("--rate 3 --objective goodput(x=1s)", "--objective:")]
    [InlineData("--rate 3 --objective throughput", "requests are judged one by one here")]
    public async Task Wrong_options_are_named(string arguments, string message)
    {
        var parsed = BenchCommand.Create().Parse(arguments.Split(' '));
        var wrong = await Assert.ThrowsAsync<UsageException>(() => parsed.InvokeAsync(
            new() { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken));
        Assert.Contains(message, wrong.Message, StringComparison.Ordinal);
    }

    private static Uri UrlOf(TcpListener listener) => new($"http://{listener.LocalEndpoint}");

    /// <summary>Sum of a counter over its labels.</summary>
    private static long SumOf(string counters, string name) => counters.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is (' ' or '{'))
        .Sum(line => (long)double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));

    private async Task<IReadOnlyList<BenchRecord>> RunAsync(BenchLoad load, Uri? url = null, BenchApi? api = null)
    {
        using var client = new CompletionClient(url ?? server.Url, null) { Api = api ?? BenchApi.Completions };
        var model = await client.FirstModelAsync(TestContext.Current.CancellationToken);
        return await new BenchRun(client, model, load).RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Every timer is due at once.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
