using System.Diagnostics.CodeAnalysis;

namespace Kantor.Cli.Yaml;

/// <summary>What may stand at a place of a file, as far as a page about it needs to know.</summary>
internal interface IShape
{
    /// <summary>What is right there, as it follows "right is".</summary>
    string Allowed { get; }

    /// <summary>
    /// Name under which pages describe a shape that stands in many places; null for one that is described where it stands.
    /// </summary>
    string? Title { get; }

    /// <summary>The keys under it, each with what comes before it in its path.</summary>
    IEnumerable<(string Prefix, IKey Key)> Keys { get; }
}

/// <summary>Turns a part of a file into a value, or says all that is wrong with it. Pure but for the problems that it adds.</summary>
internal abstract class Shape<T> : IShape
{
    /// <inheritdoc/>
    public abstract string Allowed { get; }

    /// <inheritdoc/>
    public virtual string? Title => null;

    /// <inheritdoc/>
    public virtual IEnumerable<(string Prefix, IKey Key)> Keys => [];

    /// <summary>True with the value, or false with at least one problem, unless the file was cut short.</summary>
    public abstract bool TryRead(YamlNode node, string path, Problems problems, [MaybeNullWhen(false)] out T value);

    /// <summary>Says that something else would be right.</summary>
    protected void Refuse(YamlNode node, string path, Problems problems, string hint = "")
    {
        // Of what was refused before, and of a group that the end of the reading left empty, nothing more can be said.
        if (node is YamlRefused || (problems.IsCutShort && node is YamlMap { Entries: [] })) return;
        problems.Add(node.Place, path, $"is {node.Kind}; right is {Allowed}.{hint}");
    }
}

/// <summary>A single value.</summary>
/// <param name="allowed">What is right.</param>
/// <param name="parse">The value of a text.</param>
/// <param name="takesQuotes">Whether it may be written in quotes; numbers and truth values may not.</param>
/// <param name="words">Words that are right, to guess which was meant.</param>
internal sealed class ScalarShape<T>(string allowed, ScalarParse<T> parse, bool takesQuotes = true, IReadOnlyList<string>? words = null)
    : Shape<T>
{
    /// <inheritdoc/>
    public override string Allowed => allowed;

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, string path, Problems problems, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is YamlScalar { IsNone: false } scalar && (takesQuotes || !scalar.IsQuoted) && parse(scalar.Text, out value)) return true;
        Refuse(node, path, problems, words is not null && node is YamlScalar wrong ? Nearest.Hint(wrong.Text, words) : "");
        return false;
    }
}

/// <summary>The value of a text; false when it has none.</summary>
internal delegate bool ScalarParse<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>Several values of one shape.</summary>
internal sealed class ListShape<T>(Shape<T> item, int itemsMin, int itemsMax) : Shape<IReadOnlyList<T>>
{
    /// <inheritdoc/>
    public override string Allowed => $"a list of {itemsMin} to {itemsMax}: {item.Allowed}";

    /// <inheritdoc/>
    public override string? Title => item.Title;

    /// <inheritdoc/>
    public override IEnumerable<(string Prefix, IKey Key)> Keys => item.Keys.Select(below => ("[]" + below.Prefix, below.Key));

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, string path, Problems problems, [MaybeNullWhen(false)] out IReadOnlyList<T> value)
    {
        value = null;
        if (node is not YamlList list)
        {
            Refuse(node, path, problems);
            return false;
        }

        var values = new List<T>();
        foreach (var (index, part) in list.Items.Index())
        {
            if (item.TryRead(part, $"{path}[{index}]", problems, out var read)) values.Add(read);
        }

        if (problems.IsCutShort) return false;
        if (list.Items.Count < itemsMin || list.Items.Count > itemsMax)
        {
            problems.Add(node.Place, path, $"has {list.Items.Count} entries; right is {Allowed}.");
        }
        else if (values.Count == list.Items.Count) value = values;
        return value is not null;
    }
}
