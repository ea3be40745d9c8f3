using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.StepTime;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>
/// LENS, the part of SynergySched in a replica: steps that take as long as a target, as the step-time model foresees. The target rises with
/// the queue up to the gap objective; the step is filled with all decodes, the prompts with the shortest rest, and as many waiting ones as
/// come near it (arXiv 2509.23384; research notes, scheduling 10).
/// </summary>
/// <remarks>
/// <para>The authors' code tries batches of one row more after the other for a millisecond and keeps the one nearest to the target. What a
/// row adds is foreseen here when it is added, and steps only become longer, so that is the first near enough, and no clock is read. Their
/// predictor and its fitting are the host's step-time model.</para>
/// <para>A whole prompt has its KV from its admission on. The router's part, PRISM, is not here: it is left to the fleet.</para>
/// </remarks>
public sealed class LensPlanner : OrderedPlanner, IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "steps that take a foreseen time, longer as more wait, up to the gap objective; PRISM, the router's part, is the fleet's",
        "SynergySched (NexusSched), arXiv 2509.23384, its LENS")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + log n), and a dozen step times for each prompt in the step",
    };

    private const double UsualGapUs = 50_000;

    private readonly LensOptions _options;

    /// <summary>The planner with the authors' values, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public LensPlanner(LensOptions? options = null)
        : base(PolicySpec.Of("lens", LensOptions.Keys, options ?? new LensOptions()).ToString(), new OrderRules())
    {
        _options = options ?? new LensOptions();
        _options.Validate();
    }

    /// <summary>Whoever is more urgent waits before others.</summary>
    public bool HasPriorities => true;

    /// <inheritdoc/>
    public override PolicyState NewState() => new LensState();

    /// <summary>Without limit while nobody waits and all decode: how long a step takes decides how much of a prompt is computed.</summary>
    public override int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) =>
        SteadyPlans.CachesNothing(view, plan) ? base.RepeatingSteps(view, state, plan) : 1;

    private protected override string KeyTerm => "key-of-priority";

    private protected override long Key(in BatchView view, OrderedState memory, int row) =>
        ((long)view.Priorities[row] << 31) + memory.ArrivalOf(row);

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) => true;

    private protected override bool PlanRunning(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var lens = (LensState)memory;
        var kept = DecodesFirst.Pass(view, plan, ref budget, view.Running.Length, decoding: true);
        BeginStep(view, lens, plan);
        foreach (var row in lens.PromptsByRest(view, kept))
        {
            var tokens = Chunk(view, lens, plan, budget, view.ComputedTokens[row], view.MissingTokens(row), 1);
            if (tokens > 0 && budget.TryTakeRunning(row, tokens)) Grant(view, lens, plan, row, tokens, view.ComputedTokens[row], 0);
        }

        // Where nobody found room, the newest gives way.
        if (plan.Grants.IsEmpty) kept = DecodesFirst.Pass(view, plan, ref budget, kept, decoding: false);
        return kept == view.Running.Length;
    }

    /// <summary>The step holds its decodes; its target.</summary>
    private void BeginStep(in BatchView view, LensState lens, BatchPlan plan)
    {
        lens.Load = default;
        foreach (ref readonly var grant in plan.Grants) lens.Load = lens.Load.With(1, view.ComputedTokens[grant.Row], isDecode: true);
        var mostUs = _options.GapMs * 1000.0 ?? new StepLength(view, 1).GapUs ?? UsualGapUs;
        lens.TargetUs = _options.TargetUs(view.Waiting.Length, mostUs);
    }

    private protected override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var lens = (LensState)memory;
        lens.Queue.StartReading();
        while (budget.PlacesLeft > 0 && lens.Queue.TryRead(out var row))
        {
            if (!plan.Grants.IsEmpty && view.StepTime.StepUs(lens.Load) >= (1 - _options.Tolerance) * lens.TargetUs) return;
            if (view.IsWaiting(row) && !TryBegin(view, lens, plan, ref budget, row)) return;
        }
    }

    private bool TryBegin(in BatchView view, LensState lens, BatchPlan plan, ref PlanBudget budget, int row)
    {
        var (wanted, hit) = (view.WantedTokens[row], view.CachedPrefix(row));
        var tokens = Chunk(view, lens, plan, budget, hit.Tokens, wanted - hit.Tokens, _options.ChunkMin);
        if (tokens == 0 || !budget.TryTakeWaiting(row, tokens, hit, wanted)) return false;
        lens.TakeHit(row, hit.Tokens, view.BlocksFor(hit.Tokens) - hit.BlocksIdle);
        Grant(view, lens, plan, row, tokens, hit.Tokens, wanted);
        return true;
    }

    private static void Grant(in BatchView view, LensState lens, BatchPlan plan, int row, int tokens, int context, int reserveTokens)
    {
        plan.AddGrant(row, tokens, reserveTokens);
        lens.Load = lens.Load.With(tokens, context, isDecode: false);
        view.Log?.Write(DecisionKind.Plan, new(view.Ids[row]), row, [
            new("target-us", lens.TargetUs), new("step-us", view.StepTime.StepUs(lens.Load)), new("tokens", tokens)]);
    }

    /// <summary>
    /// The tokens of a prompt after which the step takes as long as its target; 0 when these are fewer than the least. A step that holds
    /// nothing else takes the least whatever its time.
    /// </summary>
    private int Chunk(in BatchView view, LensState lens, BatchPlan plan, in PlanBudget budget, int context, int missing, int least)
    {
        var most = Math.Min(Math.Min(missing, _options.ChunkMax), budget.TokensLeft);
        least = Math.Min(Math.Min(missing, _options.ChunkMax), least);
        var fits = most > 0 ? Fitting(view.StepTime, lens, context, most) : 0;
        if (plan.Grants.IsEmpty) return Math.Max(fits, Math.Min(least, most));
        return fits >= least ? fits : 0;
    }

    private static int Fitting(IStepTimeModel stepTime, LensState lens, int context, int most)
    {
        if (stepTime.StepUs(lens.Load.With(most, context, isDecode: false)) <= lens.TargetUs) return most;
        var (fits, tooMany) = (0, most);
        while (tooMany - fits > 1)
        {
            var middle = fits + ((tooMany - fits) / 2);
            if (stepTime.StepUs(lens.Load.With(middle, context, isDecode: false)) <= lens.TargetUs) fits = middle;
            else tooMany = middle;
        }

        return fits;
    }
}
