using Kantor.Bounds.Exact;
using Kantor.Bounds.Facts;
using Kantor.Bounds.Tests;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;

namespace Kantor.Solvers.Tests.Steps;

/// <summary>
/// Small fleets on which limits matter, which they seldom do by chance: a third as they are drawn, a third with as little memory as serves each
/// request alone, a third with one request at a time; and objectives that about half of the requests keep.
/// </summary>
internal static class ContestedFleets
{
    public static (BoundRequest[] Requests, FleetFacts Fleet, SloSpec Slo) Draw(ulong seed)
    {
        var (requests, drawn, slo) = SmallFleets.Draw(seed);
        var roomy = new BatchLimits { StepTokensMax = drawn.Limits.StepTokensMax + 2, RunningMax = drawn.Limits.RunningMax + 1 };
        var fleet = (seed % 3) switch
        {
            0 => drawn,
            1 => drawn with { KvTokens = requests.Max(request => request.PromptTokens + request.Decodes), Limits = roomy },
            _ => drawn with { Limits = roomy with { RunningMax = 1 } },
        };
        return (requests, fleet, seed % 3 == 0 ? slo : Near(requests, fleet, new RandomStream(seed, "contested")));
    }

    /// <summary>Between tokens a little less than a step that decodes for one, to half as much again.</summary>
    private static SloSpec Gaps(BoundRequest[] requests, FleetFacts fleet, RandomStream random)
    {
        var first = requests[0];
        var decodeUs = fleet.StepTime.StepUs(default(StepLoad).With(1, first.PromptTokens, isDecode: true));
        var limit = (long)(decodeUs * (90 + random.NextInt(60)) / 100);
        var spec = random.NextInt(2) == 0 ? new SloSpec { GapUsMax = limit } : new SloSpec { TpotUsMax = limit };
        return spec with { E2eUsMax = 1 + (2 * (long)StepOptimum.TotalLatencyUs(requests, fleet, LatencyKind.E2e) / requests.Length) };
    }

    /// <summary>Limits of 0.6 to 1.3 times the mean of the schedule with the least mean.</summary>
    private static SloSpec Near(BoundRequest[] requests, FleetFacts fleet, RandomStream random)
    {
        long Limit(LatencyKind kind) =>
            1 + (long)(StepOptimum.TotalLatencyUs(requests, fleet, kind) / requests.Length * (60 + random.NextInt(70)) / 100);
        return random.NextInt(4) switch
        {
            0 => new SloSpec { TtftUsMax = Limit(LatencyKind.Ttft) },
            1 => new SloSpec { E2eUsMax = Limit(LatencyKind.E2e) },
            2 => Gaps(requests, fleet, random),
            _ => new SloSpec { TtftUsMax = 2 * Limit(LatencyKind.Ttft), E2eUsMax = Limit(LatencyKind.E2e) },
        };
    }
}
