using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Prefix;

/// <summary>
/// Highest response ratio next, in tokens: the tokens that the replica served since a request came, by the tokens of it that are not
/// cached. It needs no clock, prefers what is cached, and lets nobody starve that can be served, because every ratio grows (SGLang;
/// research notes, scheduling 15.2).
/// </summary>
public sealed class HrrnPlanner(PrefixOptions? options = null) : PrefixPlanner(
    PolicySpec.Of("hrrn", PrefixOptions.Keys, options ?? new PrefixOptions()).ToString(), (options ?? new PrefixOptions()).MatchedMax)
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "most tokens served since it came by its uncached tokens first",
        "SGLang, schedule_policy.py")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + m log m) with m look-ups, at most matched-max; O(r + log n) beyond",
    };

    private protected override string KeyTerm => "key-of-ratio";

    private protected override long MatchedKey(in BatchView view, PrefixState memory, int row) =>
        SortKey.Of(-(double)memory.ServedSince(row) / view.UncachedTokens(row));
}
