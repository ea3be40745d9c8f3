using Kantor.Cli.Scenarios;
using Kantor.Core.StepTime;

namespace Kantor.Cli.Compare;

/// <summary>What of a step takes longer or shorter.</summary>
internal enum StepPart
{
    /// <summary>What chunks of prompts add to the step.</summary>
    Prefill,

    /// <summary>What decoding sequences and their KV add to the step.</summary>
    Decode,
}

/// <summary>
/// A step-time model of which one part takes so many times as long: what that part adds to a step that has the rest already. The fixed
/// time of a step stays.
/// </summary>
internal sealed class PerturbedStepTime(IStepTimeModel model, StepPart part, double factor) : IStepTimeModel
{
    /// <inheritdoc/>
    public double StepUs(in StepLoad load)
    {
        var whole = model.StepUs(load);
        var rest = part == StepPart.Prefill
            ? load with { PrefillTokens = 0, PrefillAttention = 0, PrefillKvTokens = 0, ResidentKvTokens = load.DecodeKvTokens }
            : load with { DecodeSequences = 0, ResidentKvTokens = load.PrefillKvTokens };
        // Alone, the part adds all but what a step takes anyway.
        var without = rest.IsEmpty ? Math.Min(whole, model.StepUs(new StepLoad(0, 1, 0, 0))) : model.StepUs(rest);
        return whole + ((factor - 1) * Math.Max(0, whole - without));
    }

    /// <summary>The scenario on such machines; policies are told of them as they are.</summary>
    public static Scenario In(Scenario scenario, StepPart part, double factor) =>
        scenario.WithPools(pool => Perturb(pool, part, factor));

    private static PoolPlan Perturb(PoolPlan pool, StepPart part, double factor) =>
        pool with { Profile = pool.Profile with { StepTime = new PerturbedStepTime(pool.Profile.StepTime, part, factor) } };
}
