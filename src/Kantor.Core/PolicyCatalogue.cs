using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;
using Kantor.Core.Retention;
using Kantor.Core.Routing;
using Kantor.Core.Scaling;

namespace Kantor.Core;

/// <summary>Every policy of ours, one line each: the only list of them, those of batch planners and routers in
/// <see cref="PlannerCatalogue"/> and <see cref="RouterCatalogue"/>.</summary>
public static class PolicyCatalogue
{
    /// <summary>The shelves that the short forms below ask; nothing is ever added to them.</summary>
    public static PolicyShelves BuiltIn { get; } = NewShelves();

    /// <summary>Names of the batch planners, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<string> PlannerNames => BuiltIn.Planners.Names;

    /// <summary>Names of the routers, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<string> RouterNames => BuiltIn.Routers.Names;

    /// <summary>Names of the length predictors, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<string> PredictorNames => BuiltIn.Predictors.Names;

    /// <summary>Names of the autoscalers, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<string> AutoscalerNames => BuiltIn.Autoscalers.Names;

    /// <summary>Shelves with every policy of ours, to which a host may add.</summary>
    public static PolicyShelves NewShelves() => new()
    {
        Planners = PlannerCatalogue.NewShelf(),
        Admissions = Admissions(),
        Retentions = Retentions(),
        Routers = RouterCatalogue.NewShelf(),
        Predictors = Predictors(),
        Autoscalers = Autoscalers(),
    };

    /// <summary>The planner as it is written, such as <c>svf:backfilling=false</c>.</summary>
    /// <inheritdoc cref="PolicyShelf{T}.Make(string)"/>
    public static IBatchPlanner Planner(string text) => BuiltIn.Planners.Make(text);

    /// <summary>The admission policy as it is written, such as <c>queue-limit:waiting-max=100</c>.</summary>
    /// <inheritdoc cref="PolicyShelf{T}.Make(string)"/>
    public static IAdmission Admission(string text) => BuiltIn.Admissions.Make(text);

    /// <summary>The retention policy as it is written, such as <c>gdsf:cost=one</c>.</summary>
    /// <inheritdoc cref="PolicyShelf{T}.Make(string)"/>
    public static IRetention Retention(string text) => BuiltIn.Retentions.Make(text);

    /// <summary>The router as it is written.</summary>
    /// <inheritdoc cref="PolicyShelf{T}.Make(string)"/>
    public static IRouter Router(string text) => BuiltIn.Routers.Make(text);

    /// <summary>A fresh length predictor as it is written.</summary>
    /// <inheritdoc cref="PolicyShelf{T}.Make(string)"/>
    public static ILengthPredictor Predictor(string text) => BuiltIn.Predictors.Make(text);

    /// <summary>The autoscaler as it is written.</summary>
    /// <inheritdoc cref="PolicyShelf{T}.Make(string)"/>
    public static IAutoscaler Autoscaler(string text) => BuiltIn.Autoscalers.Make(text);

    private static PolicyShelf<IAdmission> Admissions() => new PolicyShelf<IAdmission>("admission")
        .Add(PolicyEntry.Of<IAdmission>("accept-all", "everybody is let in; queues have limits of their "
            + "own", "a control", () => new AcceptAllAdmission()))
        .Add(PolicyEntry.Of(
            "queue-limit", "lets in whoever comes while fewer than a number wait", "every server's queue limit", QueueLimitOptions.Keys,
            IAdmission (QueueLimitOptions options) => new QueueLimitAdmission(options)))
        .Add(PolicyEntry.Of(
            "deadline-provable", DeadlineProvableAdmission.Card, DeadlineProvableOptions.Keys,
            IAdmission (DeadlineProvableOptions options) => new DeadlineProvableAdmission(options)))
        .Add(PolicyEntry.Of(
            "early-rejection", EarlyRejectionAdmission.Card, EarlyRejectionOptions.Keys,
            IAdmission (EarlyRejectionOptions options) => new EarlyRejectionAdmission(options), EarlyRejectionOptions.Contradiction))
        .Add(PolicyEntry.Of(
            "set-feasible", SetFeasibleAdmission.Card, SetFeasibleOptions.Keys,
            IAdmission (SetFeasibleOptions options) => new SetFeasibleAdmission(options)))
        .Add(PolicyEntry.Of(
            "priced", PricedAdmission.Card, PricedAdmissionOptions.Keys,
            IAdmission (PricedAdmissionOptions options) => new PricedAdmission(options)));

    private static PolicyShelf<IRetention> Retentions() => new PolicyShelf<IRetention>("retention")
        .Add(PolicyEntry.Of<IRetention>(
            "lru", "least recently used first, tails before heads; room of unknown content before all",
            "vLLM V1 block_pool since June 2026",
            () => new LruRetention()))
        .Add(PolicyEntry.Of<IRetention>(
            "in-turn", "least recently used first, room of unknown content in its turn", "vLLM V1 block_pool until June 2026",
            () => new InTurnRetention()))
        .Add(PolicyEntry.Of(
            "gdsf", "least age + uses × time to recompute first", "greedy-dual size with frequency, Cherkasova, HPL-98-69, 1998",
            GdsfOptions.Keys, IRetention (GdsfOptions options) => new GdsfRetention(options)));

    private static PolicyShelf<ILengthPredictor> Predictors() => new PolicyShelf<ILengthPredictor>("predictor")
        .Add(PolicyEntry.Of(
            "class-quantile", "mean and quantile of the last outputs of the class, given what is generated",
            "research practice; exact within its window", ClassQuantileOptions.Keys,
            ILengthPredictor (ClassQuantileOptions options) => new ClassQuantilePredictor(options),
            contradiction: ClassQuantileOptions.Contradiction))
        .Add(PolicyEntry.Of(
            "survival", SurvivalPredictor.Card, SurvivalOptions.Keys,
            ILengthPredictor (SurvivalOptions options) => new SurvivalPredictor(options)))
        .Add(PolicyEntry.Of(
            "prompt-histogram", PromptHistogramPredictor.Card, PromptHistogramOptions.Keys,
            ILengthPredictor (PromptHistogramOptions options) => new PromptHistogramPredictor(options),
            PromptHistogramOptions.Contradiction))
        .Add(PolicyEntry.Of(
            "constant", "the same for every request", "a control", ConstantLengthOptions.Keys,
            ILengthPredictor (ConstantLengthOptions options) => new ConstantLengthPredictor(options.Tokens)));

    private static PolicyShelf<IAutoscaler> Autoscalers() => new PolicyShelf<IAutoscaler>("autoscaler")
        .Add(PolicyEntry.Of(
            "requests-per-replica", "holds the requests of a replica at a target", "concurrency targets of Knative",
            RequestsPerReplicaOptions.Keys,
            IAutoscaler (RequestsPerReplicaOptions options) => new RequestsPerReplicaScaler(options.Target, options.Hysteresis)))
        .Add(PolicyEntry.Of(
            "kv-share", "holds the share of KV in use at a target", "common practice with vLLM's cache usage metric", KvShareOptions.Keys,
            IAutoscaler (KvShareOptions options) => new KvShareScaler(options.Target, options.Hysteresis)));
}
