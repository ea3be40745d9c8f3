using Kantor.Core.Batching;

namespace Kantor.Core.Replica;

/// <summary>Watches for how long a policy has held without a break, so that nobody waits for ever behind one that never stops.</summary>
internal sealed class HoldWatch(long holdUsMax)
{
    private long? _sinceUs;

    /// <summary>The plan was made now; false when it goes on with holding that has lasted long enough.</summary>
    public bool TryNote(BatchPlan plan, long nowUs)
    {
        long? sinceUs = plan.HoldsUntilUs is null ? null : _sinceUs ?? nowUs;
        var isTooLong = nowUs - sinceUs >= holdUsMax;
        _sinceUs = isTooLong ? null : sinceUs;
        return !isTooLong;
    }

    /// <summary>Until when the holding plan may hold.</summary>
    public long? UntilUs(BatchPlan plan) =>
        _sinceUs is { } sinceUs && plan.HoldsUntilUs is { } untilUs ? Math.Min(untilUs, sinceUs + holdUsMax) : null;
}
