using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Scaling;

namespace Kantor.Core.Testing.Laws;

/// <summary>
/// What is accepted takes effect: every option of a policy changes what it does for some value, alone or beside one of another option, and
/// some random work, and the policy is called what makes it again, so that reports tell one from the other.
/// </summary>
public static class OptionLaws
{
    private const ulong Seeds = 40;

    /// <summary>Values of every kind, of which an option has some; the words of one that has words are added.</summary>
    private static readonly string[] Values =
        ["true", "false", "none", "0", "1", "2", "3", "5", "8", "16", "40", "64", "1000", "0.001", "0.05", "0.3", "0.5", "0.7", "0.95"];

    /// <summary>The options of a batch planner.</summary>
    /// <exception cref="LawBrokenException">One has no effect or is not part of the name.</exception>
    public static void Check(PolicyEntry<IBatchPlanner> entry) => Check(entry, planner => planner.Name, Observations.OfPlanner);

    /// <summary>The options of an admission policy.</summary>
    /// <inheritdoc cref="Check(PolicyEntry{IBatchPlanner})"/>
    public static void Check(PolicyEntry<IAdmission> entry) => Check(entry, admission => admission.Name, Observations.OfAdmission);

    /// <summary>The options of a router.</summary>
    /// <inheritdoc cref="Check(PolicyEntry{IBatchPlanner})"/>
    public static void Check(PolicyEntry<IRouter> entry) => Check(entry, router => router.Name, Observations.OfRouter);

    /// <summary>The options of a length predictor.</summary>
    /// <inheritdoc cref="Check(PolicyEntry{IBatchPlanner})"/>
    public static void Check(PolicyEntry<ILengthPredictor> entry) => Check(entry, predictor => predictor.Name, Observations.OfPredictor);

    /// <summary>The options of an autoscaler.</summary>
    /// <inheritdoc cref="Check(PolicyEntry{IBatchPlanner})"/>
    public static void Check(PolicyEntry<IAutoscaler> entry) => Check(entry, scaler => scaler.Name, Observations.OfAutoscaler);

    private static void Check<T>(PolicyEntry<T> entry, Func<T, string> nameOf, Func<T, ulong, long> observe)
        where T : class
    {
        foreach (var key in entry.Options)
        {
            var others = Others(entry, key).ToArray();
            LawBrokenException.Unless(
                others.Length > 0,
                () => $"{entry.Name}:{key.Name} has no other value among those that are tried: {string.Join(", ", Values)}");
            foreach (var other in others) RequireName(entry, other, nameOf);
            LawBrokenException.Unless(
                others.Any(other => Differs(entry, PolicySpec.Of(entry.Name), other, observe))
                    || DiffersBeside(entry, key, others, observe),
                () => $"{entry.Name}:{key.Name} changes nothing: {string.Join(", ", others.Select(other => other.ToString()))}");
        }
    }

    /// <summary>
    /// The policy with each value but the usual one that contradicts nothing; one that has no effect alone may have it beside another.
    /// </summary>
    private static IEnumerable<PolicySpec> Others<T>(PolicyEntry<T> entry, OptionKey key)
        where T : class =>
        Values.Concat(key.Range.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries)).Distinct()
            .Where(value => value != key.Usual && key.Allows(value))
            .Select(value => PolicySpec.Of(entry.Name, [new PolicyOption(key.Name, value)]))
            .Where(spec => entry.Contradiction(spec) is null or { HasNoEffect: true });

    private static void RequireName<T>(PolicyEntry<T> entry, PolicySpec written, Func<T, string> nameOf)
        where T : class
    {
        var name = nameOf(entry.Make(written));
        LawBrokenException.Unless(
            name != entry.Name, () => $"'{written}' makes a policy that is called '{name}', as if it were the usual one");
        var again = nameOf(entry.Make(PolicySpec.Parse(name)));
        LawBrokenException.Unless(again == name, () => $"'{written}' makes a policy that is called '{name}', which makes '{again}'");
    }

    /// <summary>
    /// Whether the option has an effect beside another value of a second option, as a rule of one order has under that order alone.
    /// </summary>
    private static bool DiffersBeside<T>(
        PolicyEntry<T> entry, OptionKey key, IReadOnlyList<PolicySpec> others, Func<T, ulong, long> observe)
        where T : class
    {
        foreach (var beside in entry.Options.Where(second => second.Name != key.Name).SelectMany(second => Others(entry, second)))
        {
            foreach (var other in others)
            {
                var both = PolicySpec.Of(entry.Name, [.. beside.Options, .. other.Options]);
                if (entry.Contradiction(both) is null && Differs(entry, beside, both, observe)) return true;
            }
        }

        return false;
    }

    private static bool Differs<T>(PolicyEntry<T> entry, PolicySpec without, PolicySpec with, Func<T, ulong, long> observe)
        where T : class
    {
        var (usual, other) = (entry.Make(without), entry.Make(with));
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            if (observe(usual, seed) != observe(other, seed)) return true;
        }

        return false;
    }
}
