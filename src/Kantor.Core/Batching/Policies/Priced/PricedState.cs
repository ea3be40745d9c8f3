using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Prices;

namespace Kantor.Core.Batching.Policies.Priced;

/// <summary>What the priced planner remembers: its queue and set, and the prices that it has learned.</summary>
internal sealed class PricedState : MooreHodgsonState, IPricedState
{
    // A price is of the last seconds: longer than a burst of left-out prompts, shorter than a shift of the load.
    private const double HalfLifeUs = 2_000_000;
    private const double Damping = 0.25;

    /// <summary>Value of a millisecond of machine time: what prompts that were left out would have paid.</summary>
    public ScarcityPrice Machine { get; } = new(HalfLifeUs, Damping);

    /// <summary>How much the pool binds, 0 to 1: bids of 1 by requests that had tokens and a place, and no KV.</summary>
    public ScarcityPrice Kv { get; } = new(HalfLifeUs, Damping);

    /// <inheritdoc/>
    public PriceSource Source { get; set; } = PriceSource.None;

    /// <inheritdoc/>
    public long Fallbacks { get; set; }

    /// <inheritdoc/>
    public double MachinePerMs => Machine.At(NowUs);

    /// <inheritdoc/>
    public double KvShare => Kv.At(NowUs);

    /// <summary>The first row in order that had no KV in the plan under way; null when none had.</summary>
    public int? Blocked { get; set; }

    /// <summary>The request whose patience is over, and which is served now; null when there is none.</summary>
    public (long Id, int Row)? Impatient { get; set; }

    /// <summary>The share of believed lives that KV is kept for.</summary>
    public Reserve Reserve { get; } = new();

    /// <summary>Whether somebody was kept out in the plan under way only by what others are believed to hold later.</summary>
    public bool KeptForLater { get; set; }

    /// <summary>The same of the plan before.</summary>
    public bool WasKeptForLater { get; set; }

    /// <summary>Rows that were found in the plan under way not to make it.</summary>
    public List<int> DemotedNow { get; } = [];

    /// <inheritdoc/>
    public override void Demote(int row)
    {
        base.Demote(row);
        DemotedNow.Add(row);
    }

    /// <summary>Marginal time of one more decode in a step, in microseconds.</summary>
    public double DecodeRowUs { get; set; }
}
