using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Retraction;

/// <summary>
/// SGLang's admission and retraction: first come, first served, while the pool has room for the request's declared output and for a share
/// of what the running ones may still generate. The share falls from step to step; when KV runs out, decodes with the fewest outputs, of
/// equals with the longest prompts, are retracted, and the share rises (SGLang's PrefillAdder and retract_decode; research notes,
/// scheduling 15.2).
/// </summary>
/// <remarks>
/// The constants 0.7, 0.14, 600 and 20 are recalled. Prompts and decodes share a step, as with SGLang's mixed chunks. The order of its
/// cache-aware policies is that of planners of their own.
/// </remarks>
public sealed class SglangPlanner : OrderedPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "first come, first served, with room for a falling share of declared outputs; decodes with the fewest outputs are retracted",
        "SGLang, schedule_policy.py and schedule_batch.py")
    {
        // It allocates nothing either, but its batch, and with it what holds it, grows until the share has fallen.
        Promises = PolicyPromises.RepeatsSteps,
        Information = LengthInformation.DeclaredLimit,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + log n), O(r) a victim",
    };

    // A retraction keeps room for so many tokens more of each request that stays.
    private const int RetractStepTokens = 20;

    private readonly SglangOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SglangPlanner(SglangOptions? options = null)
        : base(
            PolicySpec.Of("sglang", SglangOptions.Keys, options ?? new SglangOptions()).ToString(),
            new OrderRules { ScoresVictims = true })
    {
        _options = options ?? new SglangOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new SglangState(_options);

    private protected override string KeyTerm => "key-arrival";

    private protected override long Key(in BatchView view, OrderedState memory, int row) => memory.ArrivalOf(row);

    /// <summary>Fewest outputs first, then longest prompts.</summary>
    private protected override double VictimScore(in BatchView view, OrderedState memory, int row) =>
        view.PromptTokens[row] - ((double)view.GeneratedTokens[row] * int.MaxValue);

    private protected override bool PlanRunning(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var state = (SglangState)memory;
        if (base.PlanRunning(view, memory, plan, ref budget)) state.Decay(1);
        else state.Raise(RatioAfterRetraction(view, memory));
        return plan.Preemptions.IsEmpty;
    }

    private protected override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var state = (SglangState)memory;
        state.TokensLeft = (double)budget.BlocksLeft * view.BlockSizeTokens;
        foreach (var row in view.Running) state.TokensLeft -= OutputToCome(view, row) * state.Ratio;
        base.Admit(view, memory, plan, ref budget);
    }

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) =>
        TokensOf(view, candidate) < ((SglangState)memory).TokensLeft;

    private protected override void Admitted(in BatchView view, OrderedState memory, in Candidate candidate) =>
        ((SglangState)memory).TokensLeft -= TokensOf(view, candidate);

    private double TokensOf(in BatchView view, in Candidate candidate) =>
        ((double)candidate.HeldBlocks * view.BlockSizeTokens) + OutputToCome(view, candidate.Row);

    private int OutputToCome(in BatchView view, int row) =>
        Math.Min(view.OutputTokensMax[row] - view.GeneratedTokens[row], _options.ClipTokens);

    private static double RatioAfterRetraction(in BatchView view, OrderedState memory)
    {
        var (decoded, declared) = (0.0, 0.0);
        foreach (var row in view.Running)
        {
            if (memory.GaveWay(row)) continue;
            decoded += view.GeneratedTokens[row] + RetractStepTokens;
            declared += view.OutputTokensMax[row];
        }

        return declared > 0 ? decoded / declared : 1;
    }
}
