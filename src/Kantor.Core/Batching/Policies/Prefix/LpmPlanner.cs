using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Prefix;

/// <summary>
/// Longest cached prefix first, ties in order of arrival (SGLang, arXiv 2312.07104, section 3; research notes, scheduling 15.2 and theory
/// 3.17). Who shares nothing can starve.
/// </summary>
/// <remarks>
/// SGLang also holds back requests that would share what another waiting one is about to compute; here the second of them finds it in the
/// next step at the earliest.
/// </remarks>
public sealed class LpmPlanner(PrefixOptions? options = null) : PrefixPlanner(
    PolicySpec.Of("lpm", PrefixOptions.Keys, options ?? new PrefixOptions()).ToString(), (options ?? new PrefixOptions()).MatchedMax)
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new("longest cached prefix first", "SGLang, arXiv 2312.07104, section 3")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "all at once, one request after the other, a cache as large as the longest request",
        Guarantee = "every token of the prefix tree is computed once: the best hit rate",
        Information = LengthInformation.None,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + m log m) with m look-ups, at most matched-max; O(r + log n) beyond",
    };

    private protected override string KeyTerm => "key-prefix-and-arrival";

    private protected override long MatchedKey(in BatchView view, PrefixState memory, int row) =>
        Pair(-view.CachedPrefix(row).Tokens, memory.ArrivalOf(row));
}
