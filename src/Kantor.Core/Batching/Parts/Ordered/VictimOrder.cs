using Kantor.Core.Catalogue;
using Kantor.Core.Occupancy;

namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>Which running row gives way when KV runs out; ties fall on the newest.</summary>
public enum VictimOrder
{
    /// <summary>The one admitted last (vLLM).</summary>
    Newest,

    /// <summary>The fewest computed tokens, so the least to compute again (INFERMAX's SRF, arXiv 2411.07447).</summary>
    LeastComputed,

    /// <summary>The most computed tokens, so the most room at once.</summary>
    MostComputed,

    /// <summary>The most output still believed to come.</summary>
    LongestRemaining,

    /// <summary>The most KV token-rounds still to be held by each token that would be computed again.</summary>
    MostVolumePerRecomputed,
}

/// <summary>The words and scores of <see cref="VictimOrder"/>.</summary>
internal static class VictimOrders
{
    private static readonly (string Word, VictimOrder Value)[] Words =
    [
        ("newest", VictimOrder.Newest),
        ("least-computed", VictimOrder.LeastComputed),
        ("most-computed", VictimOrder.MostComputed),
        ("longest-remaining", VictimOrder.LongestRemaining),
        ("most-volume", VictimOrder.MostVolumePerRecomputed),
    ];

    /// <summary>The option of a policy that says who gives way.</summary>
    public static OptionKey<T> Key<T>(Func<T, VictimOrder> read, Func<T, VictimOrder, T> with)
        where T : class, new() => Option.Word("victim", Words, read, with, "who gives way when KV runs out");

    /// <summary>The option of a policy that says whether preempted requests go before all others.</summary>
    public static OptionKey<T> HeadStartKey<T>(Func<T, bool> read, Func<T, bool, T> with)
        where T : class, new() =>
        Option.Flag("head-start", read, with, "whether preempted requests go before all others, or stand by their keys");

    /// <summary>The row with the highest score gives way.</summary>
    public static double Score(this VictimOrder order, in BatchView view, int row) => order switch
    {
        VictimOrder.Newest => 0,
        VictimOrder.LeastComputed => -view.ComputedTokens[row],
        VictimOrder.MostComputed => view.ComputedTokens[row],
        VictimOrder.LongestRemaining => RemainingRounds(view, row),
        VictimOrder.MostVolumePerRecomputed =>
            (double)KvTrapezoid.Volume(view.WantedTokens[row], RemainingRounds(view, row)) / view.WantedTokens[row],
        _ => throw new ArgumentOutOfRangeException(nameof(order), order, "Not an order of victims."),
    };

    private static int RemainingRounds(in BatchView view, int row) => view.BelievedOutput(row).MeanTokens - view.GeneratedTokens[row];
}
