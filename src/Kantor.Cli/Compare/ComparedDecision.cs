using Kantor.Cli.Policies;
using Kantor.Cli.Scenarios;
using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;
using Kantor.Core.Retention;
using Kantor.Core.Routing;

namespace Kantor.Cli.Compare;

/// <summary>
/// A decision whose policies are compared while all other decisions stay as they are: its shelf, and how a scenario takes one.
/// </summary>
internal abstract class ComparedDecision
{
    /// <summary>The decisions that can be compared, the usual one first.</summary>
    public static IReadOnlyList<ComparedDecision> All { get; } =
    [
        new ComparedDecision<IBatchPlanner>(
            "planner", "vllm-v1", "--policy", KnownPolicies.Shelves.Planners, policy => policy.Name, WithPlanner),
        new ComparedDecision<IAdmission>(
            "admission", "accept-all", "--admission", KnownPolicies.Shelves.Admissions, policy => policy.Name, WithAdmission),
        new ComparedDecision<ILengthPredictor>(
            "predictor", "class-quantile", "--predictor", KnownPolicies.Shelves.Predictors, policy => policy.Name, WithPredictor),
        new ComparedDecision<IRetention>(
            "retention", "lru", "--retention", KnownPolicies.Shelves.Retentions, policy => policy.Name, WithRetention),
        new ComparedDecision<IRouter>(
            "routing", "round-robin", "--routing", KnownPolicies.Shelves.Routers, policy => policy.Name, WithRouter),
    ];

    /// <summary>What it is called, such as "planner".</summary>
    public abstract string Name { get; }

    /// <summary>What others are compared with unless it is said.</summary>
    public abstract string Baseline { get; }

    /// <summary>Option that fixes this decision where another one is compared.</summary>
    public abstract string Option { get; }

    /// <summary>Whether it is what is believed of lengths.</summary>
    public bool IsOfBeliefs => this is ComparedDecision<ILengthPredictor>;

    /// <summary>Names of its policies.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Options of a policy.</summary>
    public abstract IReadOnlyList<OptionKey> OptionsOf(PolicySpec spec);

    /// <summary>What is to be said of a policy.</summary>
    public abstract PolicyCard CardOf(PolicySpec spec);

    /// <summary>What of the options has no effect or contradicts the others; null for nothing.</summary>
    public abstract OptionFault? Contradiction(PolicySpec spec);

    /// <summary>The policy as it is written in reports.</summary>
    public abstract string LabelOf(PolicySpec spec);

    /// <summary>Family of a policy: the room of the sources that it lives in, such as "volume".</summary>
    public abstract string FamilyOf(string policy);

    /// <summary>Whether a text names a policy with right options; what is wrong is said.</summary>
    public abstract bool IsRight(string option, string typed, Action<string> wrong, string also);

    /// <summary>The scenario with that policy.</summary>
    public abstract Scenario In(Scenario scenario, PolicySpec spec);

    private static Scenario WithPlanner(Scenario scenario, Func<IBatchPlanner> make)
    {
        var planner = make();
        return scenario with { Fleet = scenario.Fleet with { Policies = [new(planner.Name, planner)] } };
    }

    private static Scenario WithAdmission(Scenario scenario, Func<IAdmission> make) =>
        scenario with { Fleet = scenario.Fleet with { Admission = make() } };

    private static Scenario WithRouter(Scenario scenario, Func<IRouter> make) =>
        scenario with { Fleet = scenario.Fleet with { Routers = [make()] } };

    private static Scenario WithPredictor(Scenario scenario, Func<ILengthPredictor> make) =>
        scenario.WithPools(pool => pool with { Predictor = new(make().Name, make) });

    private static Scenario WithRetention(Scenario scenario, Func<IRetention> make) =>
        scenario.WithPools(pool => pool with { Kv = pool.Kv with { Retention = make() } });
}

/// <inheritdoc/>
/// <param name="name">What it is called.</param>
/// <param name="baseline">What others are compared with unless it is said.</param>
/// <param name="option">Option that fixes it.</param>
/// <param name="shelf">Its policies.</param>
/// <param name="label">A policy as it is written in reports.</param>
/// <param name="put">The scenario with the policy that is made so.</param>
internal sealed class ComparedDecision<T>(
    string name, string baseline, string option, PolicyShelf<T> shelf, Func<T, string> label, Func<Scenario, Func<T>, Scenario> put)
    : ComparedDecision
    where T : class
{
    public override string Name => name;

    public override string Baseline => baseline;

    public override string Option => option;

    public override IReadOnlyList<string> Names => shelf.Names;

    public override IReadOnlyList<OptionKey> OptionsOf(PolicySpec spec) => shelf.Find(spec.Name).Options;

    public override PolicyCard CardOf(PolicySpec spec) => shelf.Find(spec.Name).Card;

    public override OptionFault? Contradiction(PolicySpec spec) => shelf.Find(spec.Name).Contradiction(spec);

    public override string LabelOf(PolicySpec spec) => label(shelf.Make(spec));

    public override string FamilyOf(string policy)
    {
        var room = shelf.Find(policy).Make(PolicySpec.Of(policy)).GetType().Namespace ?? "";
        return room[(room.LastIndexOf('.') + 1)..].ToLowerInvariant();
    }

    public override bool IsRight(string option, string typed, Action<string> wrong, string also) =>
        TypedPolicies.One(shelf, option, typed, wrong, also) is not null;

    public override Scenario In(Scenario scenario, PolicySpec spec) => put(scenario, () => shelf.Make(spec));
}
