using Kantor.Bounds.Facts;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;

namespace Kantor.Bounds.Tests;

/// <summary>Random fleets and requests that are small enough to be solved exactly.</summary>
internal static class SmallFleets
{
    public static (BoundRequest[] Requests, FleetFacts Fleet, SloSpec Slo) Draw(ulong seed)
    {
        var random = new RandomStream(seed, "small-fleets");
        var isMany = random.NextInt(4) == 0;
        var prompts = 1 + random.NextInt(isMany ? 2 : 4);
        var outputs = 1 + random.NextInt(isMany ? 2 : 3);
        var spreadUs = random.NextInt(2) == 0 ? 1 : 600;
        var requests = Enumerable.Range(0, isMany ? 4 : 2 + random.NextInt(2)).Select(_ => Request(random, prompts, outputs, spreadUs)).ToArray();
        var fleet = new FleetFacts
        {
            Replicas = 1 + random.NextInt(2),
            StepTime = Model(random),
            Limits = new BatchLimits { StepTokensMax = 1 + random.NextInt(3), RunningMax = 1 + random.NextInt(3) },
            KvTokens = requests.Max(request => request.PromptTokens + request.OutputTokens) + random.NextInt(8),
        };
        return (requests, fleet, Slo(random));
    }

    private static BoundRequest Request(RandomStream random, int prompts, int outputs, int spreadUs)
    {
        var prompt = 1 + random.NextInt(prompts);
        var hit = random.NextInt(3) == 0 ? random.NextInt(prompt) : 0;
        return new BoundRequest(random.NextInt(spreadUs), prompt, 1 + random.NextInt(outputs), hit, 1 + random.NextInt(3));
    }

    private static IStepTimeModel Model(RandomStream random) => random.NextInt(3) switch
    {
        0 => new LinearStepTime(random.NextInt(200), 1 + random.NextInt(100), 1 + random.NextInt(100), 0),
        1 => new LinearStepTime(random.NextInt(200), 10 + random.NextInt(100), 10 + random.NextInt(100), random.NextInt(10)),
        _ => new PiecewiseStepTime
        {
            LinearUs = new PiecewiseLinear([(0, 50), (2, 60), (3, 150 + random.NextInt(100)), (4, 260)], 20),
            DecodeUs = new PiecewiseLinear([(1, 50 + random.NextInt(30)), (2, 120)], 30),
            HybridDecodeUs = random.NextInt(20),
            AttentionUs = random.NextInt(4),
        },
    };

    private static SloSpec Slo(RandomStream random) => new()
    {
        TtftUsMax = random.NextInt(4) > 0 ? 100 + random.NextInt(700) : null,
        GapUsMax = random.NextInt(3) == 0 ? 50 + random.NextInt(300) : null,
        TpotUsMax = random.NextInt(4) == 0 ? 50 + random.NextInt(300) : null,
        E2eUsMax = random.NextInt(3) == 0 ? 200 + random.NextInt(1200) : null,
    };
}
