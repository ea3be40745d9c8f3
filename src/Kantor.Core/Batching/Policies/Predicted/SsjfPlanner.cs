using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>
/// Speculative shortest job first: the shortest believed output first, admitted as soon as its tokens fit; nobody who runs is stopped for
/// it (arXiv 2404.08509; research notes, theory 3.14).
/// </summary>
public sealed class SsjfPlanner : OrderedPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new("shortest believed output first, as soon as its tokens fit", "arXiv 2404.08509")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.Point,
        Evidence = Evidence.Recalled,
        Cost = "O(r + log n)",
    };

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SsjfPlanner(SsjfOptions? options = null)
        : this("ssjf", options ?? new SsjfOptions())
    {
    }

    private SsjfPlanner(string name, SsjfOptions options)
        : base(PolicySpec.Of(name, SsjfOptions.Keys, options).ToString(), options.ToRules()) => options.Steps.Validate();

    private protected override string KeyTerm => "key-tokens";

    private protected override long Key(in BatchView view, OrderedState memory, int row) => view.BelievedOutput(row).MeanTokens;

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) => true;
}
