using Kantor.Core.Batching;
using Kantor.Core.Replica;

namespace Kantor.Simulation.Replicas;

/// <summary>
/// The steps that a replica has under way: one, or a run of equal steps worked out at once. When each of them ends and how much KV each
/// takes is known beforehand, to the microsecond and the block; the scheduler's books follow when the run is over or is cut short.
/// </summary>
/// <remarks>
/// A run is never longer than <see cref="StepsMax"/>, so that little is worked out in vain when an arrival cuts it. The buffers are reused.
/// </remarks>
internal sealed class StepLeap(StepClock clock)
{
    public const int StepsMax = 128;

    // By step, from 0: when it ends, and the blocks that the run's steps up to it take beyond those booked for step 0.
    private readonly long[] _endsUs = new long[StepsMax];
    private readonly int[] _blocksGrown = new int[StepsMax];
    private int _begun;
    private long _beganUs;

    /// <summary>Steps of the run.</summary>
    public int Steps { get; private set; }

    /// <summary>When the run's last step ends.</summary>
    public long EndUs => _endsUs[Steps - 1];

    /// <summary>When the run's last step begins.</summary>
    public long BeganUs => Steps > 1 ? _endsUs[Steps - 2] : _beganUs;

    /// <summary>When each step of the run ends.</summary>
    public ReadOnlySpan<long> EndsUs => _endsUs.AsSpan(0, Steps);

    /// <summary>
    /// The planned step begins now and takes <paramref name="durationUs"/>; with <paramref name="stepsMax"/> above 1, the same step follows
    /// up to so often, while KV lasts.
    /// </summary>
    public void Begin(ReplicaScheduler scheduler, long nowUs, long durationUs, int stepsMax)
    {
        _beganUs = nowUs;
        _endsUs[0] = checked(nowUs + durationUs);
        _blocksGrown[0] = 0;
        _begun = Steps = 1;
        if (stepsMax == 1) return;
        var limit = Math.Min(stepsMax, StepsMax);
        CountGrowth(scheduler, limit);
        clock.BeginRun(scheduler.Slices);
        while (Steps < limit && _blocksGrown[Steps] <= scheduler.Kv.BlocksAvailable && clock.TryNextUs(out var nextUs))
        {
            _endsUs[Steps] = checked(_endsUs[Steps - 1] + nextUs);
            Steps++;
        }
    }

    /// <summary>Steps that have begun before this moment, which does not lie before the last one asked for; step 0 always has.</summary>
    public int BegunBefore(long nowUs)
    {
        while (_begun < Steps && _endsUs[_begun - 1] < nowUs) _begun++;
        return _begun;
    }

    /// <summary>Blocks that the begun steps take beyond what the scheduler has booked.</summary>
    public int BlocksUnbooked(long nowUs) => Steps <= 1 ? 0 : _blocksGrown[BegunBefore(nowUs) - 1];

    /// <summary>The run ends with its first <paramref name="steps"/> steps.</summary>
    public void CutAfter(int steps) => Steps = steps;

    /// <summary>The books were brought up to the run's last step, which alone is under way now.</summary>
    public void KeepLast()
    {
        _beganUs = BeganUs;
        _endsUs[0] = EndUs;
        _blocksGrown[0] = 0;
        _begun = Steps = 1;
    }

    /// <summary>The run's first steps, so many of those that are over, were booked; the one after them is the first now.</summary>
    public void Forget(int booked)
    {
        _beganUs = _endsUs[booked - 1];
        var grown = _blocksGrown[booked];
        for (var step = booked; step < Steps; step++)
        {
            (_endsUs[step - booked], _blocksGrown[step - booked]) = (_endsUs[step], _blocksGrown[step] - grown);
        }

        (Steps, _begun) = (Steps - booked, Math.Max(1, _begun - booked));
    }

    private void CountGrowth(ReplicaScheduler scheduler, int limit)
    {
        var grown = _blocksGrown.AsSpan(0, limit);
        grown.Clear();
        foreach (ref readonly var slice in scheduler.Slices)
        {
            var tokensHeld = (long)scheduler.Kv.BlocksOf(slice.Sequence) * scheduler.Kv.BlockSizeTokens;
            if (slice.Tokens == 1) CountGrowthByToken(grown, tokensHeld - slice.FromToken, scheduler.Kv.BlockSizeTokens);
            else CountGrowthByChunk(grown, slice, tokensHeld, scheduler.Kv.BlockSizeTokens);
        }

        for (var step = 1; step < limit; step++) grown[step] += grown[step - 1];
    }

    /// <summary>
    /// A row that grows by a token a step takes a block in the first step beyond what it holds, and whenever that is full.
    /// </summary>
    private static void CountGrowthByToken(Span<int> grown, long firstStep, int blockSizeTokens)
    {
        for (var step = firstStep; step < grown.Length; step += blockSizeTokens) grown[(int)step]++;
    }

    private static void CountGrowthByChunk(Span<int> grown, in StepSlice slice, long tokensHeld, int blockSizeTokens)
    {
        for (var step = 1; step < grown.Length; step++)
        {
            var beyond = slice.FromToken + ((step + 1L) * slice.Tokens) - tokensHeld;
            if (beyond <= 0) continue;
            var blocks = ((beyond - 1) / blockSizeTokens) + 1;
            grown[step] += (int)blocks;
            tokensHeld += blocks * blockSizeTokens;
        }
    }
}
