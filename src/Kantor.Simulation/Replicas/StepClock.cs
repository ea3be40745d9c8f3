using Kantor.Core.Batching;
using Kantor.Core.StepTime;

namespace Kantor.Simulation.Replicas;

/// <summary>How long steps take in whole microseconds: the model's figure rounded up, at least 1.</summary>
internal sealed class StepClock(IStepTimeModel model)
{
    private int _decodes;
    private long _residentKvTokens;

    /// <summary>Duration of a step with these slices.</summary>
    /// <exception cref="SimulationException">The model gives an impossible value.</exception>
    public long DurationUs(ReadOnlySpan<StepSlice> slices)
    {
        var load = LoadOf(slices);
        var us = model.StepUs(load);
        return IsPossible(us) ? Whole(us) : throw new SimulationException($"The step-time model gives {us} us for {load}; a step takes 0 to 1e15 us.");
    }

    /// <summary>Begins a run of decode steps, of which this is the first.</summary>
    public void Load(ReadOnlySpan<StepSlice> slices)
    {
        var load = LoadOf(slices);
        (_decodes, _residentKvTokens) = (load.DecodeSequences, load.ResidentKvTokens);
    }

    /// <summary>Duration of the run's next step, in which each sequence has grown by a token; false when the model gives an impossible value.</summary>
    public bool TryNextDecodeUs(out long durationUs)
    {
        _residentKvTokens += _decodes;
        var us = model.StepUs(new StepLoad(0, _decodes, _residentKvTokens, 0));
        durationUs = IsPossible(us) ? Whole(us) : 0;
        return durationUs > 0;
    }

    private static StepLoad LoadOf(ReadOnlySpan<StepSlice> slices)
    {
        var (decodes, decodeKvTokens, load) = (0, 0L, default(StepLoad));
        foreach (ref readonly var slice in slices)
        {
            if (!slice.IsDecode)
            {
                load = load.With(slice.Tokens, slice.FromToken, isDecode: false);
                continue;
            }

            decodes++;
            decodeKvTokens += slice.FromToken;
        }

        return load with { DecodeSequences = decodes, ResidentKvTokens = load.ResidentKvTokens + decodeKvTokens };
    }

    private static bool IsPossible(double us) => us is >= 0 and < 1e15;

    private static long Whole(double us) => Math.Max(1, (long)Math.Ceiling(us));
}
