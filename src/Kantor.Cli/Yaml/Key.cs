using System.Diagnostics.CodeAnalysis;

namespace Kantor.Cli.Yaml;

/// <summary>A key of a section, with all that a page about it says.</summary>
internal interface IKey
{
    /// <summary>As it is written.</summary>
    string Name { get; }

    /// <summary>What it decides.</summary>
    string Meaning { get; }

    /// <summary>What holds without it; null when it has to be there.</summary>
    string? Otherwise { get; }

    /// <summary>What may stand under it.</summary>
    IShape Shape { get; }

    /// <summary>Reads its value; false with problems.</summary>
    bool TryRead(YamlNode node, string path, Problems problems, [NotNullWhen(true)] out object? value);
}

/// <summary>A key whose values are of one type.</summary>
/// <param name="name">As it is written.</param>
/// <param name="shape">What may stand under it.</param>
/// <param name="otherwise">What holds without it; null when it has to be there.</param>
/// <param name="meaning">What it decides.</param>
internal sealed class Key<T>(string name, Shape<T> shape, string? otherwise, string meaning) : IKey
    where T : notnull
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Meaning => meaning;

    /// <inheritdoc/>
    public string? Otherwise => otherwise;

    /// <inheritdoc/>
    public IShape Shape => shape;

    /// <inheritdoc/>
    public bool TryRead(YamlNode node, string path, Problems problems, [NotNullWhen(true)] out object? value)
    {
        value = shape.TryRead(node, path, problems, out var read) ? read : null;
        return value is not null;
    }
}

/// <summary>Makes keys; the type of their values follows from their shape.</summary>
internal static class Key
{
    /// <summary>A key that has to be there.</summary>
    public static Key<T> Needed<T>(string name, Shape<T> shape, string meaning)
        where T : notnull => new(name, shape, null, meaning);

    /// <summary>A key that may be left out.</summary>
    public static Key<T> Or<T>(string name, Shape<T> shape, string otherwise, string meaning)
        where T : notnull => new(name, shape, otherwise, meaning);
}
