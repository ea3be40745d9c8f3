using System.Text;
using Kantor.Simulation.Events;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Clients;

public class TraceSourceTests
{
    [Fact]
    public void A_source_gives_each_request_once_and_then_no_more()
    {
        TraceRequest[] trace = [Request(0, 4, 1), Request(5, 3, 2)];
        var source = TraceSource.Of(trace);
        Assert.Equal(2, source.Count);
        Assert.Equal(trace, All(source));
        Assert.False(source.TryNext(out _));
        Assert.Null(TraceSource.Of(trace.Where(_ => true)).Count);
    }

    [Fact]
    public void A_generator_is_asked_for_one_request_ahead_of_the_clock_and_no_more()
    {
        var drawn = 0;
        var ahead = new List<int>();
        var watch = new AheadWatch(() => drawn, ahead);
        IEnumerable<TraceRequest> Generate()
        {
            for (var index = 0; index < 50; index++)
            {
                drawn++;
                yield return Request(index * 1000, 4, 1);
            }
        }

        Assert.Equal(50, Simulator.Run(TraceSource.Of(Generate()), Small(), watch).Completed);
        Assert.Equal(Enumerable.Repeat(2, 49).Append(1), ahead);
    }

    [Fact]
    public void A_streamed_run_is_the_run_of_the_list()
    {
        var spec = WorkloadSpec.Chat(300, 2) with { Prefixes = new PrefixFamilies(5, 1, 3) };
        var options = Yi34B(new Core.Batching.Policies.Arrival.FcfsPlanner(), 2048);
        var listed = Simulator.Run(WorkloadGenerator.Draw(spec, 3), options);
        Assert.Equal(listed.Records, Simulator.Run(TraceSource.Of(WorkloadGenerator.Stream(spec, 3)), options).Records);
    }

    [Fact]
    public void An_ordered_format_is_streamed_and_another_one_is_sorted_first()
    {
        const string ordered = """
            {"timestamp":1,"input_length":4,"output_length":1,"hash_ids":[7]}
            {"timestamp":2,"input_length":5,"output_length":1,"hash_ids":[7]}
            """;
        using var reader = Open(ordered);
        var source = TraceSource.Of(reader);
        Assert.Equal(1, reader.RequestsRead);
        Assert.Equal([(1000L, 4), (2000, 5)], All(source).Select(request => (request.ArrivalUs, request.PromptTokens)));

        const string unordered = """
            {"schema":"dynamo.request.trace.v1","event_type":"request_end","request":{"request_received_ms":9000,"input_tokens":5,"output_tokens":2}}
            {"schema":"dynamo.request.trace.v1","event_type":"request_end","request":{"request_received_ms":5000,"input_tokens":4,"output_tokens":2}}
            """;
        using var sorting = Open(unordered);
        var sorted = TraceSource.Of(sorting);
        Assert.Equal(2, sorting.RequestsRead);
        Assert.Equal([(0L, 4), (4_000_000, 5)], All(sorted).Select(request => (request.ArrivalUs, request.PromptTokens)));
    }

    private static TraceReader Open(string text) => TraceReader.Open(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t", new TraceReadOptions());

    private static List<TraceRequest> All(ITraceSource source)
    {
        var all = new List<TraceRequest>();
        while (source.TryNext(out var request)) all.Add(request);
        return all;
    }

    private sealed class AheadWatch(Func<int> drawn, List<int> ahead) : SimulationObserver
    {
        public override void Routed(int request, int replica, long nowUs) => ahead.Add(drawn() - request);
    }
}
