using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Prices;
using Kantor.Core.StepTime;

namespace Kantor.Core.Batching.Policies.Priced;

/// <summary>
/// Every choice of a step by one valuation: what requests are worth and lose by delay, from the declared objective, against what machine
/// time and KV are worth to those who are left out (prices 1 to 3). Limits: by due time with the set kept feasible. Latencies: value rate
/// by cost, machine time and, while the pool binds, KV. Who gives way loses the least value by KV freed.
/// </summary>
/// <remarks>
/// Where step times are no times, there is nothing to price by: then vLLM's order decides, and <see cref="IPricedState"/> says so. What an
/// objective does not price, such as throughput, is read as the mean time to the end.
/// </remarks>
public sealed class PricedPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "by one valuation from the objective: feasible set of due times or value rate by cost, victims by value lost",
        "own; Moore, 1968, Smith, 1956, and duality; prices 1 to 3")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "one machine and one pool; prompts as jobs, all there",
        Guarantee = "with one class and limits that all can keep, the order of moore-hodgson; nobody waits for ever",
        Information = LengthInformation.Class,
        Evidence = Evidence.Own,
        Cost = "O(r + log n + k), k prompts in the set; r log r where somebody is displaced",
    };

    private readonly PricedOrder _order;
    private readonly VllmV1Planner _withoutPrices = new();

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public PricedPlanner(PricedOptions? options = null)
    {
        var checkedOptions = options ?? new PricedOptions();
        checkedOptions.Validate();
        Name = PolicySpec.Of("priced", PricedOptions.Keys, checkedOptions).ToString();
        _order = new PricedOrder(Name, checkedOptions);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyState NewState() => _order.NewState();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var memory = (PricedState)state;
        memory.Source = HasTimes(view) ? PriceSource.Current : PriceSource.None;
        if (view.Log is { } log) Explain(log, view, memory);
        if (memory.Source == PriceSource.Current)
        {
            _order.Plan(view, state, plan);
            return;
        }

        memory.Fallbacks++;
        _withoutPrices.Plan(view, state, plan);
    }

    /// <inheritdoc/>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) =>
        HasTimes(view) ? _order.RepeatingSteps(view, state, plan) : 1;

    /// <summary>Whether the step-time model gives times for the steps that prices are reckoned by: a token's, and the longest's.</summary>
    private static bool HasTimes(in BatchView view) =>
        IsTime(view.StepTime.StepUs(default(StepLoad).With(1, 0, isDecode: false)))
            && IsTime(view.StepTime.StepUs(default(StepLoad).With(view.Limits.StepTokensMax, 0, isDecode: false)))
            && IsTime(view.StepTime.StepUs(default(StepLoad).With(1, 1, isDecode: true)));

    private static bool IsTime(double us) => us >= 0 && double.IsFinite(us);

    private static void Explain(IDecisionLog log, in BatchView view, PricedState memory) => log.Write(DecisionKind.Plan, default, 0, [
        new("price-source", (double)memory.Source),
        new("machine-price-per-ms", memory.Machine.At(view.NowUs), view.NowUs - (memory.Machine.BidUs ?? view.NowUs)),
        new("kv-share", memory.Kv.At(view.NowUs), view.NowUs - (memory.Kv.BidUs ?? view.NowUs)),
        new("fallbacks", memory.Fallbacks)]);
}
