using Kantor.Core.Batching.Parts;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>
/// A planner that serves tenants rather than requests: running rows first, then the first waiting row of the tenant whose turn it is, until
/// one does not fit. Within a tenant rows go in order of arrival unless a policy says otherwise, preempted ones first.
/// </summary>
public abstract class FairPlanner : IBatchPlanner
{
    private readonly FairCharges _charges;

    private protected FairPlanner(string name, FairCharges charges) => (Name, _charges) = (name, charges);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public virtual PolicyState NewState() => new FairState(_charges);

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var memory = (FairState)state;
        var budget = new PlanBudget(view);
        if (DecodesFirst.Plan(view, plan, ref budget) < view.Running.Length || view.Waiting.IsEmpty) return;
        memory.Meet(view);
        Order(view, memory);
        memory.BeginPlan();
        while (budget.TokensLeft > 0 && budget.PlacesLeft > 0 && Next(memory) is { } account)
        {
            var hit = view.CachedPrefix(account.Head!.Value);
            if (!TryAdmit(view, plan, ref budget, account, hit)) return;
            memory.PlanHead(account, hit.Tokens);
        }
    }

    /// <summary>Without limit while nobody waits: whose turn it is changes with every token.</summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => view.Waiting.IsEmpty ? int.MaxValue : 1;

    /// <summary>The account whose turn it is, of those that have a row left; null when none has.</summary>
    private protected abstract FairAccount? Next(FairState memory);

    /// <summary>What tenants are charged for.</summary>
    private protected FairCharges Charges => _charges;

    /// <summary>Before anything is read: rows of a line may be put in another order.</summary>
    private protected virtual void Order(in BatchView view, FairState memory)
    {
    }

    private static bool TryAdmit(in BatchView view, BatchPlan plan, ref PlanBudget budget, FairAccount account, in PrefixHit hit)
    {
        var row = account.Head!.Value;
        var wanted = view.WantedTokens[row];
        view.Log?.Write(
            DecisionKind.Plan, new RequestId(view.Ids[row]), row,
            [new("charged-service", account.ChargedInPlan), new("tenant", view.Tenants[row]), new("blocks-left", budget.BlocksLeft)]);
        var tokens = Math.Min(wanted - hit.Tokens, budget.TokensLeft);
        if (!budget.TryTakeWaiting(row, tokens, hit, wanted)) return false;
        plan.AddGrant(row, tokens, wanted);
        return true;
    }
}
