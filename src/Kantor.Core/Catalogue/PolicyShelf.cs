namespace Kantor.Core.Catalogue;

/// <summary>All policies of one decision, by name. Command lines, scenario files, documents, report labels and law tests are made from it.</summary>
/// <typeparam name="T">The contract of the decision.</typeparam>
/// <param name="decision">What the decision is called when a name is not known.</param>
public sealed class PolicyShelf<T>(string decision)
    where T : class
{
    private readonly List<PolicyEntry<T>> _entries = [];

    /// <summary>What the decision is called.</summary>
    public string Decision => decision;

    /// <summary>The policies, in the order in which they are listed to people.</summary>
    public IReadOnlyList<PolicyEntry<T>> Entries => _entries;

    /// <summary>Their names.</summary>
    public IReadOnlyList<string> Names => [.. _entries.Select(entry => entry.Name)];

    /// <summary>Puts a policy on the shelf.</summary>
    /// <exception cref="ArgumentException">The name is taken, or is none that <see cref="PolicySpec"/> can write.</exception>
    public PolicyShelf<T> Add(PolicyEntry<T> entry)
    {
        PolicySpec.Of(entry.Name);
        if (_entries.Exists(known => known.Name == entry.Name)) throw new ArgumentException($"There is a {decision} '{entry.Name}' already.", nameof(entry));
        _entries.Add(entry);
        return this;
    }

    /// <summary>The policy of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that are.</exception>
    public PolicyEntry<T> Find(string name) => _entries.Find(entry => entry.Name == name)
        ?? throw new ArgumentException($"There is no {decision} '{name}'. Known: {string.Join(", ", Names)}.{Hint(name)}", nameof(name));

    /// <summary>A question after the name that was perhaps meant, as it follows a sentence; empty when none is near.</summary>
    public string Hint(string name) => Spelling.Hint(name, Names);

    /// <summary>A new policy as it is written, such as <c>svf:backfilling=false</c>.</summary>
    /// <exception cref="ArgumentException">The name is not known, or an option is wrong; the message says what would be right.</exception>
    public T Make(string text) => Make(PolicySpec.Parse(text));

    /// <inheritdoc cref="Make(string)"/>
    public T Make(PolicySpec spec) => Find(spec.Name).Make(spec);
}
