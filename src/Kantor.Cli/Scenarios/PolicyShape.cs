using System.Diagnostics.CodeAnalysis;
using Kantor.Cli.Policies;
using Kantor.Cli.Yaml;
using Kantor.Core.Catalogue;

namespace Kantor.Cli.Scenarios;

/// <summary>A policy of a shelf: its name, NAME:KEY=VALUE as it is written elsewhere, or its name with the options as keys below.</summary>
/// <param name="shelf">The shelf.</param>
/// <param name="result">What becomes of the policy, given what makes it.</param>
/// <param name="title">Name under which pages describe it; null where it stands.</param>
/// <param name="spelledOut">The usual form of a text that is written in a short one; others come back as they are.</param>
internal sealed class PolicyShape<T, TResult>(
    PolicyShelf<T> shelf, Func<Func<T>, TResult> result, string? title = null, Func<string, string>? spelledOut = null) : Shape<TResult>
    where T : class
    where TResult : notnull
{
    private ChoiceShape<TResult>? _choice;
    private int _entries;

    /// <inheritdoc/>
    public override string Allowed => Choice.Allowed;

    /// <inheritdoc/>
    public override string? Title => title;

    /// <inheritdoc/>
    public override IEnumerable<(string Prefix, IKey Key)> Keys => Choice.Keys;

    /// <summary>By name; made anew when an assembly has put more policies on the shelf.</summary>
    private ChoiceShape<TResult> Choice
    {
        get
        {
            if (_choice is { } known && _entries == shelf.Entries.Count) return known;
            _entries = shelf.Entries.Count;
            return _choice = new ChoiceShape<TResult>([.. shelf.Entries.Select(VariantOf)], title);
        }
    }

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, string path, Problems problems, [MaybeNullWhen(false)] out TResult value)
    {
        if (node is not YamlScalar { IsNone: false } scalar) return Choice.TryRead(node, path, problems, out value);
        var text = spelledOut?.Invoke(scalar.Text) ?? scalar.Text;
        if (!text.Contains(':', StringComparison.Ordinal)) return Choice.TryRead(node, path, problems, out value);
        try
        {
            value = Read(PolicySpec.Parse(text), node, path, problems);
            return true;
        }
        catch (ArgumentException wrong)
        {
            problems.Add(node.Place, path, TypedPolicies.Sentence(wrong));
            value = default;
            return false;
        }
    }

    private TResult Read(PolicySpec spec, YamlNode node, string path, Problems problems)
    {
        var entry = shelf.Find(spec.Name);
        entry.Make(spec);
        if (entry.Contradiction(spec) is { HasNoEffect: true } idle) problems.Note(node.Place, path, $"{spec.Name}:{idle.Key} {idle.What}");
        return result(() => entry.Make(spec));
    }

    private Variant<TResult> VariantOf(PolicyEntry<T> entry)
    {
        Key<string>[] keys = [.. entry.Options.Select(KeyOf)];
        return new(entry.Name, new SectionShape<TResult>(keys, Bind, Check));

        TResult Bind(Section section) => result(() => entry.Make(SpecOf(entry.Name, keys, section)));

        void Check(Section section)
        {
            if (entry.Contradiction(SpecOf(entry.Name, keys, section)) is { } fault)
            {
                section.Refuse(keys.First(key => key.Name == fault.Key), fault.What);
            }
        }
    }

    private static Key<string> KeyOf(OptionKey option) => Key.Or(
        option.Name,
        new ScalarShape<string>(option.Range, (string text, [MaybeNullWhen(false)] out string value) => option.Allows(value = text)),
        option.Usual,
        option.Help);

    private static PolicySpec SpecOf(string name, Key<string>[] keys, Section section) =>
        PolicySpec.Of(name, [.. keys.Where(key => section.TryGet(key, out _)).Select(key => new PolicyOption(key.Name, section.Get(key)))]);
}
