using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Agents;

/// <summary>
/// Agents one after the other, each with all there is, in the order in which they would be done if all shared the KV equally: fair about
/// when an agent is done, and on average much earlier than equal shares (Justitia, arXiv 2510.17015; research notes, theory 3.16).
/// </summary>
/// <remarks>
/// The cost of a request is what it is believed to hold over its life, s·o + o(o + 1)/2 token-rounds. The source lets virtual time rise by
/// the whole pool in each round; here it rises by the tokens that are held, so that the order stays fair where places or tokens are short
/// and not the KV. Requests that come later raise their agent's tag. Within an agent rows go in order of arrival, preempted ones first.
/// </remarks>
public sealed class JustitiaPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "agents one after the other, in the order in which equal shares of the KV would finish them",
        "Justitia, arXiv 2510.17015")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "one worker, KV the bottleneck, an agent's requests all there and their costs known",
        Guarantee = "an agent ends at most a constant later than under equal shares, however many agents there are",
        Information = LengthInformation.Point,
        Evidence = Evidence.Reconstructed,
        Cost = "O(r + log n) for n agents, and a belief for each request that comes",
    };

    private readonly JustitiaOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    public JustitiaPlanner(JustitiaOptions? options = null)
    {
        _options = options ?? new JustitiaOptions();
        Name = PolicySpec.Of("justitia", JustitiaOptions.Keys, _options).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyState NewState() => new JustitiaState(_options.Agent);

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var memory = (JustitiaState)state;
        memory.Meet(view);
        var budget = new PlanBudget(view);
        var (held, granted) = (0L, 0L);
        if (DecodesFirst.Plan(view, plan, ref budget) == view.Running.Length) held = Admit(view, memory, plan, ref budget);
        foreach (var row in view.Running) held += view.ComputedTokens[row];
        foreach (var row in plan.Preemptions) held -= view.ComputedTokens[row];
        foreach (ref readonly var grant in plan.Grants) granted += grant.Tokens;
        memory.Serve(held + granted, granted);
    }

    /// <summary>Without limit while nobody waits: virtual time hears of repeated steps.</summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => view.Waiting.IsEmpty ? int.MaxValue : 1;

    /// <summary>Admits in order until one does not fit. Returns the cached tokens that the admitted start with.</summary>
    private static long Admit(in BatchView view, JustitiaState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var cached = 0L;
        memory.Order.StartReading();
        while (memory.Order.TryRead(out var agent))
        {
            for (var next = memory.FirstOf(agent); next is { } row; next = memory.NextOf(row))
            {
                if (budget.TokensLeft == 0 || budget.PlacesLeft == 0) return cached;
                var hit = view.CachedPrefix(row);
                if (!TryAdmit(view, plan, ref budget, row, hit, memory.TagOf(agent))) return cached;
                cached += hit.Tokens;
            }
        }

        return cached;
    }

    private static bool TryAdmit(in BatchView view, BatchPlan plan, ref PlanBudget budget, int row, in PrefixHit hit, double tag)
    {
        var wanted = view.WantedTokens[row];
        view.Log?.Write(
            DecisionKind.Plan, new RequestId(view.Ids[row]), row,
            [new("agent-tag", tag), new("tenant", view.Tenants[row]), new("blocks-left", budget.BlocksLeft)]);
        var tokens = Math.Min(wanted - hit.Tokens, budget.TokensLeft);
        if (!budget.TryTakeWaiting(row, tokens, hit, wanted)) return false;
        plan.AddGrant(row, tokens, wanted);
        return true;
    }
}
