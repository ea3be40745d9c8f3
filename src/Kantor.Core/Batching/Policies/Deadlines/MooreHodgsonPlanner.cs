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
/// believed to hold in the end, which costs nobody a gap.
/// </remarks>
public sealed class MooreHodgsonPlanner : DuePlanner
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
        : this("moore-hodgson", options ?? new MooreHodgsonOptions())
    {
    }

    private MooreHodgsonPlanner(string name, MooreHodgsonOptions options)
        : base(PolicySpec.Of(name, MooreHodgsonOptions.Keys, options).ToString(), options.Steps, options.Late, options.Memory)
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
            var tokens = Math.Max(1, view.WantedTokens[row] - view.CachedPrefix(row).Tokens);
            var value = _options.Weighs ? view.ClassOf(row).Value : 1;
            ((MooreHodgsonState)memory).Promise(new DueSet.Entry(dueUs, view.Ids[row], row, tokens, value));
        }

        return DueKey(view, memory, row);
    }

    private protected override void Settle(in BatchView view, DueState memory)
    {
        var tokensBefore = 0L;
        foreach (var row in view.Running)
        {
            if (!view.IsDecoding(row)) tokensBefore += view.MissingTokens(row);
        }

        var pace = new DueSet.Pace(memory.StepTokens, memory.StepUs, memory.DecodesUs);
        ((MooreHodgsonState)memory).Set.Settle(view.NowUs, tokensBefore, pace, memory.Late);
    }
}
