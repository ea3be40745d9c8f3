using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Occupancy;

namespace Kantor.Core.Batching.Policies.Volume;

/// <summary>
/// Smallest volume first with one bit of what is known: small requests before large ones, in order of arrival within each, as long as the
/// pool can hold all for their whole lives (arXiv 2606.22327, section 3; research notes, theory 3.3).
/// </summary>
public sealed class OneBitSvfPlanner : LookaheadPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "requests of small believed volume before large ones, first come, first served within both",
        "arXiv 2606.22327, section 3")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.Class,
        Evidence = Evidence.Reconstructed,
        Cost = "O(r log r + log n)",
    };

    private readonly OneBitSvfOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public OneBitSvfPlanner(OneBitSvfOptions? options = null)
        : base(
            PolicySpec.Of("svf-1-bit", OneBitSvfOptions.Keys, options ?? new OneBitSvfOptions()).ToString(),
            new OrderRules { Refresh = KeyRefresh.InTurn },
            (options ?? new OneBitSvfOptions()).ToBackfilling())
    {
        _options = options ?? new OneBitSvfOptions();
        _options.Validate();
    }

    private protected override long Key(in BatchView view, OrderedState memory, int row)
    {
        var volume = KvTrapezoid.Volume(view.WantedTokens[row], view.BelievedOutput(row).MeanTokens - view.GeneratedTokens[row]);
        var smallMax = _options.SmallMax * view.KvBlocksTotal * view.BlockSizeTokens;
        return SortKey.Of(volume > smallMax ? 1 : 0, memory.ArrivalOf(row));
    }
}
