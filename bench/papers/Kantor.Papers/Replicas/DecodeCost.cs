using Kantor.Core.Replica;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation.Events;

namespace Kantor.Papers.Replicas;

/// <summary>What a decode costs in steps of nothing else, and what it adds to a step with prompt tokens.</summary>
internal sealed class DecodeCost : SimulationObserver
{
    private static readonly IStepTimeModel Yi = StepTimeProfiles.Yi34BA100Tp2.StepTime;

    private (double Us, long Tokens) _inDecodeSteps;
    private (double Us, long Tokens) _withChunks;
    private (int Decodes, double AddedUs) _last;

    public double InDecodeStepsMs => _inDecodeSteps.Us / _inDecodeSteps.Tokens / 1000;

    public double WithChunksMs => _withChunks.Us / _withChunks.Tokens / 1000;

    public override void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
    {
        var (decodes, chunks) = (0, default(StepLoad));
        foreach (ref readonly var slice in scheduler.Slices)
        {
            if (slice.IsDecode) decodes++;
            else chunks = chunks.With(slice.Tokens, slice.FromToken, isDecode: false);
        }

        _last = (decodes, chunks.IsEmpty ? 0 : durationUs - Yi.StepUs(chunks));
        Count(chunks.IsEmpty ? durationUs : _last.AddedUs, 1, isHybrid: !chunks.IsEmpty);
    }

    public override void StepsRepeated(int replica, ReplicaScheduler scheduler, ReadOnlySpan<long> endsUs)
    {
        var isHybrid = _last.AddedUs > 0;
        Count(isHybrid ? _last.AddedUs * (endsUs.Length - 1) : endsUs[^1] - endsUs[0], endsUs.Length - 1, isHybrid);
    }

    private void Count(double us, int steps, bool isHybrid)
    {
        if (_last.Decodes == 0) return;
        ref var sum = ref isHybrid ? ref _withChunks : ref _inDecodeSteps;
        sum = (sum.Us + us, sum.Tokens + ((long)steps * _last.Decodes));
    }
}
