using System.Diagnostics.CodeAnalysis;

namespace Kantor.Cli.Yaml;

/// <summary>A group of keys that is one value.</summary>
/// <param name="keys">All keys that may stand there.</param>
/// <param name="bind">The value of a group in which nothing is wrong.</param>
/// <param name="check">Says which values contradict each other; sees only those that are right by themselves.</param>
/// <param name="title">Name under which pages describe it; null where it stands.</param>
internal sealed class SectionShape<T>(IReadOnlyList<IKey> keys, Func<Section, T> bind, Action<Section>? check = null, string? title = null)
    : Shape<T>
    where T : notnull
{
    /// <inheritdoc/>
    public override string Allowed =>
        keys.Count == 0 ? "nothing" : $"a group of the keys {string.Join(", ", keys.Select(key => key.Name))}";

    /// <inheritdoc/>
    public override string? Title => title;

    /// <inheritdoc/>
    public override IEnumerable<(string Prefix, IKey Key)> Keys => keys.Select(key => (".", key));

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, string path, Problems problems, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not YamlMap map)
        {
            Refuse(node, path, problems);
            return false;
        }

        var section = Section.Read(map, path, keys, problems);
        if (!problems.IsCutShort) check?.Invoke(section);
        if (section.IsWhole) value = bind(section);
        return section.IsWhole;
    }
}

/// <summary>One of several, by name: the name alone, or the name as the only key of a group with its own keys below.</summary>
internal sealed class ChoiceShape<T>(IReadOnlyList<Variant<T>> variants, string? title = null) : Shape<T>
    where T : notnull
{
    /// <inheritdoc/>
    public override string Allowed => $"one of {string.Join(", ", variants.Select(variant => variant.Name))}";

    /// <inheritdoc/>
    public override string? Title => title;

    /// <inheritdoc/>
    public override IEnumerable<(string Prefix, IKey Key)> Keys =>
        variants.SelectMany(variant => variant.Shape.Keys.Select(below => ($".{variant.Name}{below.Prefix}", below.Key)));

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, string path, Problems problems, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        switch (node)
        {
            case YamlScalar { IsNone: false } scalar:
                return TryRead(scalar.Text, scalar, new YamlMap(scalar.Place, []), path, problems, out value);
            case YamlMap { Entries: [var only] }:
                var below = only.Value is YamlScalar { IsNone: true } ? new YamlMap(only.Place, []) : only.Value;
                return TryRead(only.Key, node with { Place = only.Place }, below, path, problems, out value);
            case YamlMap { Entries.Count: > 1 } several:
                problems.Add(
                    several.Entries[1].Place, path,
                    $"names {string.Join(" and ", several.Entries.Select(entry => entry.Key))}; right is {Allowed}, and only one.");
                return false;
            default:
                Refuse(node, path, problems);
                return false;
        }
    }

    private bool TryRead(string name, YamlNode at, YamlNode below, string path, Problems problems, [MaybeNullWhen(false)] out T value)
    {
        if (variants.FirstOrDefault(variant => variant.Name == name) is { } chosen)
        {
            return chosen.Shape.TryRead(below, $"{path}.{name}", problems, out value);
        }
        value = default;
        problems.Add(at.Place, path, $"is '{name}'; right is {Allowed}.{Nearest.Hint(name, variants.Select(variant => variant.Name))}");
        return false;
    }
}

/// <summary>A named possibility of a choice.</summary>
internal sealed record Variant<T>(string Name, SectionShape<T> Shape)
    where T : notnull
{
    /// <summary>A possibility without keys of its own.</summary>
    public static Variant<T> Of(string name, Func<T> make) => new(name, new SectionShape<T>([], _ => make()));
}
