using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>
/// Virtual token counters: of the tenants that have somebody waiting, the one that was given the least service is served next; whoever
/// begins to wait is lifted to the least of the others, so that nobody saves up by being away (arXiv 2401.00588, section 4).
/// </summary>
public sealed class VtcPlanner : FairPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the tenant with the least service so far goes first, who was away is lifted to the others", "VTC, arXiv 2401.00588, section 4")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "one worker, no preemption, M tokens of running requests",
        Guarantee = "service of two tenants that both wait all the time differs by at most 2 max(w_p L, w_q M), L the longest prompt",
        Information = LengthInformation.None,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + admitted x tenants + log n)",
    };

    /// <summary>The planner with its defaults, or others.</summary>
    public VtcPlanner(VtcOptions? options = null)
        : this("vtc", options ?? new VtcOptions())
    {
    }

    private VtcPlanner(string name, VtcOptions options)
        : base(
            PolicySpec.Of(name, VtcOptions.Keys, options).ToString(),
            new FairCharges(options.PromptWeight, options.TokenWeight, options.Lifts))
    {
    }

    private protected override FairAccount? Next(FairState memory)
    {
        FairAccount? least = null;
        foreach (var account in memory.Accounts)
        {
            if (account.Head is not null && !(account.ChargedInPlan >= least?.ChargedInPlan)) least = account;
        }

        return least;
    }
}
