using System.Diagnostics.CodeAnalysis;

namespace Kantor.Cli.Yaml;

/// <summary>A value that is judged together with values of other groups, so that it must be known where it stands.</summary>
internal sealed record Placed<T>(T Value, Place Place, string Path)
{
    /// <summary>Says what is wrong with it.</summary>
    public void Refuse(Problems problems, string what) => problems.Add(Place, Path, what);
}

/// <summary>Makes placed values of a shape.</summary>
internal sealed class PlacedShape<T>(Shape<T> shape) : Shape<Placed<T>>
{
    /// <inheritdoc/>
    public override string Allowed => shape.Allowed;

    /// <inheritdoc/>
    public override string? Title => shape.Title;

    /// <inheritdoc/>
    public override IEnumerable<(string Prefix, IKey Key)> Keys => shape.Keys;

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, string path, Problems problems, [MaybeNullWhen(false)] out Placed<T> value)
    {
        value = shape.TryRead(node, path, problems, out var read) ? new Placed<T>(read, node.Place, path) : null;
        return value is not null;
    }
}
