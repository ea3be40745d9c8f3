using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Core.StepTime;
using Kantor.Simulation.Events;

namespace Kantor.Simulation.Replicas;

/// <summary>How long steps take in whole microseconds: the model's figure rounded up, at least 1.</summary>
internal sealed class StepClock(IStepTimeModel model)
{
    // Of a run of equal steps: the load of the last one, and what a step has more to read than the one before.
    private StepLoad _load;
    private long _residentKvTokensMore;
    private long _prefillKvTokensMore;
    private double _prefillAttentionMore;

    /// <summary>Durations relative to the model's figure; set for the planned step and those that repeat it.</summary>
    public double Factor { get; set; } = 1;

    /// <summary>Duration of a step with these slices.</summary>
    /// <exception cref="SimulationException">The model gives an impossible value.</exception>
    public long DurationUs(ReadOnlySpan<StepSlice> slices)
    {
        var load = StepSlice.LoadOf(slices);
        return Whole(Factor * model.StepUs(load), load);
    }

    /// <summary>The model's figure for this load in whole microseconds.</summary>
    /// <exception cref="SimulationException">The figure is impossible.</exception>
    public static long Whole(double us, in StepLoad load) =>
        IsPossible(us)
            ? Whole(us)
            : throw new SimulationException($"The step-time model gives {us} us for {load}; a step takes 0 to 1e15 us.");

    /// <summary><see cref="Whole(double, in StepLoad)"/> for replicas that step together.</summary>
    /// <exception cref="SimulationException">The figure is impossible.</exception>
    public static long Whole(double us, ReadOnlySpan<StepLoad> loads) =>
        IsPossible(us)
            ? Whole(us)
            : throw new SimulationException(
                $"The step-time model gives {us} us for {string.Join(", ", loads.ToArray())}; a step takes 0 to 1e15 us.");

    /// <summary>Begins a run of steps with these slices, each of which grows by its tokens from step to step.</summary>
    public void BeginRun(ReadOnlySpan<StepSlice> slices)
    {
        _load = StepSlice.LoadOf(slices);
        (_residentKvTokensMore, _prefillKvTokensMore, _prefillAttentionMore) = (0, 0, 0);
        foreach (ref readonly var slice in slices)
        {
            _residentKvTokensMore += slice.Tokens;
            if (slice.IsDecode) continue;
            _prefillKvTokensMore += slice.Tokens;
            _prefillAttentionMore += 2.0 * slice.Tokens * slice.Tokens;
        }
    }

    /// <summary>Duration of the run's next step; false when the model gives an impossible value.</summary>
    /// <remarks>The load is summed in whole numbers that a double holds exactly, so it is the one that the slices themselves
    /// give.</remarks>
    public bool TryNextUs(out long durationUs)
    {
        _load = _load with
        {
            ResidentKvTokens = _load.ResidentKvTokens + _residentKvTokensMore,
            PrefillKvTokens = _load.PrefillKvTokens + _prefillKvTokensMore,
            PrefillAttention = _load.PrefillAttention + _prefillAttentionMore,
        };
        var us = Factor * model.StepUs(_load);
        durationUs = IsPossible(us) ? Whole(us) : 0;
        return durationUs > 0;
    }

    private static bool IsPossible(double us) => us is >= 0 and < 1e15;

    private static long Whole(double us) => Math.Max(1, (long)Math.Ceiling(us));
}
