using Kantor.Cli.Policies;
using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Prediction;
using Kantor.Core.Retention;
using Kantor.Core.Routing;
using Kantor.Core.Scaling;

namespace Kantor.Cli.Scenarios;

/// <summary>A policy and what reports call it: as it is written elsewhere, with the options that differ from the usual ones.</summary>
internal sealed record Labelled<T>(string Label, T Policy);

/// <summary>How policies and their options are written; names and keys are those of the shelves.</summary>
internal static class PolicyKeys
{
    private const string Constant = "constant:";

    /// <summary>Batch policies.</summary>
    public static PolicyShape<IBatchPlanner, Labelled<IBatchPlanner>> Planner { get; } =
        new(KnownPolicies.Shelves.Planners, make => Label(make()), "POLICY");

    /// <summary>Which cached KV goes first.</summary>
    public static PolicyShape<IRetention, IRetention> Retention { get; } = new(KnownPolicies.Shelves.Retentions, make => make());

    /// <summary>Routing policies.</summary>
    public static PolicyShape<IRouter, IRouter> Router { get; } = new(KnownPolicies.Shelves.Routers, make => make(), "ROUTER");

    /// <summary>Who is let in.</summary>
    public static PolicyShape<IAdmission, IAdmission> Admission { get; } = new(KnownPolicies.Shelves.Admissions, make => make());

    /// <summary>Beliefs about lengths; every replica makes its own. <c>constant:9</c> is short for <c>constant:tokens=9</c>.</summary>
    public static PolicyShape<ILengthPredictor, Labelled<Func<ILengthPredictor>>> Predictor { get; } = new(
        KnownPolicies.Shelves.Predictors,
        make => new Labelled<Func<ILengthPredictor>>(make().Name, make),
        "PREDICTOR",
        text => text.StartsWith(Constant, StringComparison.Ordinal) && !text.Contains('=', StringComparison.Ordinal)
            ? $"{Constant}tokens={text[Constant.Length..]}"
            : text);

    /// <summary>Autoscalers.</summary>
    public static PolicyShape<IAutoscaler, IAutoscaler> Autoscaler { get; } = new(KnownPolicies.Shelves.Autoscalers, make => make());

    private static Labelled<IBatchPlanner> Label(IBatchPlanner planner) => new(planner.Name, planner);
}
