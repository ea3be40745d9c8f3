using Kantor.Core.Decisions;
using Kantor.Core.Prediction;
using Kantor.Core.Requests;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Loop;

public class RequestBookTests
{
    private static GenerationRequest Asked => EngineBench.Request("one") with
    {
        Tenant = new TenantId(1),
        CacheDomain = new CacheDomain(1, 0),
        Class = new ClassId(3),
        Priority = -7,
    };

    [Fact]
    public void Who_asked_and_how_reaches_the_scheduler_and_is_what_predictors_know()
    {
        var predictor = new Listening();
        var bench = new EngineBench(policy: "svf", options: plain => plain with { Predictor = predictor });
        var (plain, asked) = (bench.Submit(EngineBench.Request("two")), bench.Submit(Asked));
        bench.Run(plain, asked);
        var (first, second) = (predictor.Heard[0], predictor.Heard[1]);
        Assert.Equal((default, default, default, 0), (first.Tenant, first.CacheDomain, first.Class, first.Priority));
        Assert.Equal((Asked.Tenant, Asked.CacheDomain, Asked.Class, Asked.Priority), (second.Tenant, second.CacheDomain, second.Class, second.Priority));
        Assert.Equal((Asked.PromptTokens.Length, Asked.OutputTokensMax), (second.PromptTokens, second.OutputTokensMax));
    }

    [Fact]
    public void A_request_arrives_when_it_is_submitted_however_late_the_loop_takes_it_up()
    {
        var predictor = new Listening();
        var bench = new EngineBench(policy: "svf", options: plain => plain with { Predictor = predictor });
        bench.Backend.Clock.Advance(1_000);
        var submittedUs = bench.Backend.Clock.NowUs;
        var answer = bench.Submit(Asked with { Choices = 2 });
        bench.Backend.Clock.Advance(5_000_000);
        bench.Run(answer);
        Assert.Equal([submittedUs, submittedUs], predictor.Heard.Values.Select(request => request.ArrivalUs));
    }

    /// <summary>Keeps what it hears of each request.</summary>
    private sealed class Listening : ILengthPredictor
    {
        public SortedDictionary<long, RequestFacts> Heard { get; } = [];

        public string Name => "listening";

        public PolicyState NewState() => new();

        public LengthBelief Predict(in LengthQuery query, PolicyState state)
        {
            Heard[query.Request.Id.Value] = query.Request;
            return new LengthBelief(query.OutputTokensMax, query.OutputTokensMax);
        }
    }
}
