using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>
/// By due time, with the set kept feasible: of the waiting prompts those are served, in order of when their first tokens are due, that can
/// all be in time; whenever they cannot, those with the least value by missing token are left out, and wait behind all others or are
/// refused (Moore, 1968; prices 3 and 5). Who is doomed is a question about the set, not about one request.
/// </summary>
/// <remarks>
/// The set follows the events. How fast prompts are computed is read off the step-time model, beside the decodes that run and in steps as
/// long as their gaps allow. Who is in the set is not asked by how much memory it takes; an admission leaves to all who run what they are
/// believed to hold in the end, which costs nobody a gap. A prompt that is partly computed, and that will be late whatever is done, lets
/// those pass that can be in time, and goes on before those that cannot.
/// </remarks>
public class MooreHodgsonPlanner : DuePlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "by due time, the least value by token left out whenever not all can be in time", "Moore, 1968, weighted; prices 5")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "one machine, prompts as jobs with due times, all there",
        Guarantee = "as many in time as can be, for equal values; as much value, where less work is worth no less (Lawler, 1976)",
        Information = LengthInformation.Class,
        Evidence = Evidence.Own,
        Cost = "O(r + log n + k), k prompts in the set; k again for each that is left out; r log r for each that is looked at",
    };

    private readonly MooreHodgsonOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public MooreHodgsonPlanner(MooreHodgsonOptions? options = null)
        : this(
            PolicySpec.Of("moore-hodgson", MooreHodgsonOptions.Keys, options ?? new MooreHodgsonOptions()).ToString(),
            options ?? new MooreHodgsonOptions(),
            new OrderRules { ScoresVictims = (options ?? new MooreHodgsonOptions()).LateYields })
    {
    }

    /// <summary>A planner that adds to this one, by its own name and rules.</summary>
    private protected MooreHodgsonPlanner(string name, MooreHodgsonOptions options, OrderRules rules)
        : base(name, options.Steps, options.Late, options.Memory, rules)
    {
        _options = options;
        options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new MooreHodgsonState();

    private protected override string KeyTerm => "key-of-due-us";

    private protected override long OnTimeKey(in BatchView view, DueState memory, int row)
    {
        if (DueUs(view, row) is { } dueUs)
        {
            var tokens = Math.Max(1, view.UncachedTokens(row));
            var value = _options.Weighs ? view.ClassOf(row).Value : 1;
            ((MooreHodgsonState)memory).Promise(new DueSet.Entry(dueUs, view.Ids[row], row, tokens, value));
        }

        return DueKey(view, memory, row);
    }

    private protected override void Settle(in BatchView view, DueState memory)
    {
        var tokensBefore = 0L;
        var set = (MooreHodgsonState)memory;
        foreach (var row in view.Running)
        {
            if (!view.IsDecoding(row) && !set.Yields(row)) tokensBefore += view.MissingTokens(row);
        }

        set.Set.Settle(view.NowUs, tokensBefore, PaceOf(memory), memory.Late);
    }

    private protected override void Begin(in BatchView view, OrderedState memory)
    {
        var set = (MooreHodgsonState)memory;
        set.Yielding.Clear();
        if (!_options.LateYields) return;
        foreach (var row in view.Running)
        {
            if (!view.IsDecoding(row) && IsLate(view, set, row)) set.Yielding.Add((view.MissingTokens(row), row));
        }

        set.Yielding.Sort();
    }

    private protected override bool IsPaused(in BatchView view, OrderedState memory, int row) => ((MooreHodgsonState)memory).Yields(row);

    /// <summary>Who is late anyway goes by what is left to compute: the least first, so that fewest wait.</summary>
    private protected override long LateKey(in BatchView view, DueState memory, int row) =>
        _options.LateYields ? view.UncachedTokens(row) : base.LateKey(view, memory, row);

    private protected override void BeforeLate(in BatchView view, DueState memory, BatchPlan plan, ref PlanBudget budget, int row) =>
        GoOn(view, (MooreHodgsonState)memory, plan, ref budget, view.UncachedTokens(row));

    /// <summary>With what is left the late prompts go on; nobody gives way to them unless nothing is computed otherwise.</summary>
    private protected override void Finish(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        GoOn(view, (MooreHodgsonState)memory, plan, ref budget, int.MaxValue);
        if (plan.Grants.IsEmpty) PassWithVictims(view, memory, plan, ref budget, decoding: false);
    }

    /// <summary>The late prompts that are partly computed go on, if so many tokens at most are left of them.</summary>
    private static void GoOn(in BatchView view, MooreHodgsonState memory, BatchPlan plan, ref PlanBudget budget, int tokensMax)
    {
        var gone = 0;
        foreach (var (missing, row) in memory.Yielding)
        {
            if (missing > tokensMax) break;
            gone++;
            var tokens = Math.Min(missing, budget.TokensLeft);
            if (tokens > 0 && !memory.GaveWay(row) && budget.TryTakeRunning(row, tokens)) plan.AddGrant(row, tokens);
        }

        memory.Yielding.RemoveRange(0, gone);
    }

    private protected override double? StepUsMax(in BatchView view, DueState memory, in StepLength length)
    {
        if (length.SlackUs is { } slackUs) return slackUs;
        var gapUs = _options.LateYields ? _options.Steps.SlackShare * view.ServiceClasses.TightestGapUs : null;
        return gapUs >= 2 * length.StepUs(1) ? gapUs : null;
    }

    /// <summary>Whether the row's prompt, partly computed, will be late whatever is done.</summary>
    private protected virtual bool IsLate(in BatchView view, DueState memory, int row) =>
        DueUs(view, row) is { } dueUs && view.NowUs + PaceOf(memory).Us(view.MissingTokens(row)) > dueUs;

    /// <summary>How fast prompts are computed, as of the last step that computed some.</summary>
    private protected static DueSet.Pace PaceOf(DueState memory) => new(memory.StepTokens, memory.StepUs, memory.DecodesUs);
}
