using System.Diagnostics.CodeAnalysis;
using Kantor.Cli.Policies;
using Kantor.Cli.Yaml;
using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;
using Kantor.Core.Retention;
using Kantor.Core.Routing;
using Kantor.Core.Scaling;

namespace Kantor.Cli.Scenarios;

/// <summary>A policy and what reports call it: as it is written elsewhere, with the options that differ from the usual ones.</summary>
internal sealed record Labelled<T>(string Label, T Policy);

/// <summary>How policies and their options are written; the keys are those of the shelves.</summary>
internal static class PolicyKeys
{
    /// <summary>Batch policies.</summary>
    public static ChoiceShape<Labelled<IBatchPlanner>> Planner { get; } =
        Choice(KnownPolicies.Shelves.Planners, (_, make) => make() is var planner ? new Labelled<IBatchPlanner>(planner.Name, planner) : null!, "POLICY");

    /// <summary>Which cached KV goes first.</summary>
    public static ChoiceShape<IRetention> Retention { get; } = Choice(KnownPolicies.Shelves.Retentions, (_, make) => make());

    /// <summary>Routing policies.</summary>
    public static ChoiceShape<IRouter> Router { get; } = Choice(KnownPolicies.Shelves.Routers, (_, make) => make());

    /// <summary>Who is let in.</summary>
    public static ChoiceShape<IAdmission> Admission { get; } = Choice(KnownPolicies.Shelves.Admissions, (_, make) => make());

    /// <summary>Beliefs about lengths; every replica makes its own.</summary>
    public static ChoiceShape<Labelled<Func<ILengthPredictor>>> Predictor { get; } =
        Choice(KnownPolicies.Shelves.Predictors, (_, make) => new Labelled<Func<ILengthPredictor>>(make().Name, make), "PREDICTOR");

    /// <summary>Autoscalers.</summary>
    public static ChoiceShape<IAutoscaler> Autoscaler { get; } = Choice(KnownPolicies.Shelves.Autoscalers, (_, make) => make());

    private static ChoiceShape<TResult> Choice<T, TResult>(PolicyShelf<T> shelf, Func<string, Func<T>, TResult> result, string? title = null)
        where T : class
        where TResult : notnull => new([.. shelf.Entries.Select(entry => Variant(entry, result))], title);

    private static Variant<TResult> Variant<T, TResult>(PolicyEntry<T> entry, Func<string, Func<T>, TResult> result)
        where T : class
        where TResult : notnull
    {
        Key<string>[] keys = [.. entry.Options.Select(KeyOf)];
        return new(entry.Name, new SectionShape<TResult>(keys, section => result(entry.Name, () => entry.Make(SpecOf(entry.Name, keys, section))), section =>
        {
            if (entry.Contradiction(SpecOf(entry.Name, keys, section)) is { } fault) section.Refuse(keys.First(key => key.Name == fault.Key), fault.What);
        }));
    }

    private static Key<string> KeyOf(OptionKey option) =>
        Key.Or(option.Name, new ScalarShape<string>(option.Range, (string text, [MaybeNullWhen(false)] out string value) => option.Allows(value = text)), option.Usual, option.Help);

    private static PolicySpec SpecOf(string name, Key<string>[] keys, Section section) =>
        PolicySpec.Of(name, [.. keys.Where(key => section.TryGet(key, out _)).Select(key => new PolicyOption(key.Name, section.Get(key)))]);
}
