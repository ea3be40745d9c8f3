using BenchmarkDotNet.Attributes;
using Kantor.Core;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Runs;

namespace Kantor.MicroBench;

/// <summary>One decision of a router about a fleet of which every signal is there.</summary>
[MemoryDiagnoser]
public class RoutingBench
{
    private readonly RequestFacts _request = new() { Id = new RequestId(1), PromptTokens = 900, OutputTokensMax = 200, ArrivalUs = 0 };
    private readonly TokenContent _content = TokenContent.FromTokens([.. Enumerable.Range(0, 900)]);
    private IRouter _router = null!;
    private PolicyState _state = null!;
    private EndpointView[] _endpoints = null!;
    private EndpointRole[] _roles = null!;
    private int[] _hits = null!;
    private long[] _work = null!;
    private bool[] _adapters = null!;
    private IStepTimeModel[] _stepTimes = null!;

    [ParamsSource(nameof(Routers))]
    public string Router { get; set; } = "";

    public static IEnumerable<string> Routers => PolicyCatalogue.BuiltIn.Routers.Entries.Select(entry => entry.Name);

    [Params(16, 64, 256)]
    public int Endpoints { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        (_router, _state) = (PolicyCatalogue.Router(Router), PolicyCatalogue.Router(Router).NewState());
        var numbers = Enumerable.Range(0, Endpoints).ToArray();
        _endpoints = [.. numbers.Select(i => new EndpointView(7 * i % 5, 11 * i % 64, 13 * i % 900, 1000) { Replica = i, KvBlockTokens = 16 })];
        _roles = [.. numbers.Select(_ => EndpointRole.Whole)];
        _hits = [.. numbers.Select(i => 16 * (i % 9))];
        _work = [.. numbers.Select(i => 100L * (17 * i % 31))];
        _adapters = [.. numbers.Select(i => i % 4 > 0)];
        _stepTimes = [.. numbers.Select(_ => ReplicaRun.StepTime)];
    }

    [Benchmark]
    public RouteDecision Route() => _router.Route(_request, View(), _state);

    private FleetView View() => new()
    {
        Endpoints = _endpoints,
        Roles = _roles,
        HitTokens = _hits,
        TierHitTokens = _hits,
        QueuedTokens = _work,
        BookedTokens = _work,
        HasAdapter = _adapters,
        StepTimes = _stepTimes,
        Content = _content,
        NowUs = 0,
    };
}
