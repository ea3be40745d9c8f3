using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Retraction;

/// <summary>
/// INFERMAX: preemption is a decision about buffers, not a failure. Short requests are admitted when their prompts fit, because to compute
/// them again is cheap; long ones when the mean total length of such requests fits; who has computed least gives way (arXiv 2411.07447 and
/// its simulator; research notes, scheduling 7).
/// </summary>
/// <remarks>
/// The source's evicting of a victim's last blocks alone needs no word in a plan: with a prefix cache the blocks of who gives way stay
/// until others take them, from its tail on, and the rest is found when it comes back.
/// </remarks>
public sealed class InfermaxPlanner : OrderedPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "first come, first served; room for the mean length of long prompts, for short ones only the prompt; the least computed gives way",
        "arXiv 2411.07447 and its simulator")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.Class,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + log n), O(r) a victim",
    };

    private readonly InfermaxOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public InfermaxPlanner(InfermaxOptions? options = null)
        : base(
            PolicySpec.Of("infermax", InfermaxOptions.Keys, options ?? new InfermaxOptions()).ToString(),
            new OrderRules { Victims = (options ?? new InfermaxOptions()).Victim })
    {
        _options = options ?? new InfermaxOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new InfermaxState();

    private protected override string KeyTerm => "key-arrival";

    private protected override long Key(in BatchView view, OrderedState memory, int row) => memory.ArrivalOf(row);

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate)
    {
        var prompt = view.PromptTokens[candidate.Row];
        if (prompt < _options.LongTokens) return true;
        var total = (int)Math.Ceiling(((InfermaxState)memory).MeanTotal(prompt));
        return budget.BlocksToAdmit(Math.Max(view.WantedTokens[candidate.Row], total), candidate.Hit) <= budget.BlocksLeft;
    }
}
