using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>
/// Earliest deadline first: the waiting request whose first token is due first is admitted first (Jackson, 1955). The best there is while
/// all can be in time; in overload the late make others late, unless they are demoted or refused.
/// </summary>
public sealed class EdfPlanner : DuePlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new("whose first token is due first goes first", "Jackson, 1955, earliest due date")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "one machine, prompts as jobs with due times",
        Guarantee = "all are in time if any order has all in time (one machine, all there, work known)",
        Information = LengthInformation.None,
        Evidence = Evidence.Recalled,
        Cost = "O(r + log n)",
    };

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public EdfPlanner(DueOptions? options = null)
        : this("edf", options ?? new DueOptions())
    {
    }

    private EdfPlanner(string name, DueOptions options)
        : base(PolicySpec.Of(name, DueOptions.Keys, options).ToString(), options.Steps, options.Late, options.Memory) =>
        options.Validate();

    private protected override string KeyTerm => "key-of-due-us";

    private protected override long OnTimeKey(in BatchView view, DueState memory, int row) => DueKey(view, memory, row);
}
