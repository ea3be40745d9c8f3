using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>
/// Weighted shortest processing time: the waiting request with the most value by prompt token that is still to be computed is admitted
/// first (Smith, 1956; the cμ rule).
/// </summary>
public sealed class WsptPlanner : DuePlanner
{
    // Keys stay below those of who is demoted.
    private const double MostMilliTokens = 1L << 47;

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new("most value of the class by missing prompt token first", "Smith, 1956; prices 3")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "one machine, prompts as jobs",
        Guarantee = "least weighted sum of waits for the first token (one machine, all there, work known)",
        Information = LengthInformation.None,
        Evidence = Evidence.Recalled,
        Cost = "O(r + log n), and a look-up of its prefix for each request that comes",
    };

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public WsptPlanner(DueOptions? options = null)
        : this("wspt", options ?? new DueOptions())
    {
    }

    private WsptPlanner(string name, DueOptions options)
        : base(PolicySpec.Of(name, DueOptions.Keys, options).ToString(), options.Steps, options.Late, options.Memory) =>
        options.Validate();

    private protected override string KeyTerm => "key-of-tokens-per-value";

    private protected override long OnTimeKey(in BatchView view, DueState memory, int row)
    {
        var tokens = view.UncachedTokens(row);
        return (long)Math.Min(MostMilliTokens, 1_000.0 * tokens / Math.Max(1e-9, view.ClassOf(row).Value));
    }
}
