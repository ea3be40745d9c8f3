namespace Kantor.Cli.Yaml;

/// <summary>A place in a file, counted from 1.</summary>
internal readonly record struct Place(int Line, int Column) : IComparable<Place>
{
    public int CompareTo(Place other) => (Line, Column).CompareTo((other.Line, other.Column));
}

/// <summary>A part of a YAML file and where it begins.</summary>
internal abstract record YamlNode(Place Place)
{
    /// <summary>What it is, as a person would say.</summary>
    public abstract string Kind { get; }
}

/// <summary>One value. A plain one that is empty, <c>~</c> or <c>null</c> is none.</summary>
internal sealed record YamlScalar(Place Place, string Text, bool IsQuoted) : YamlNode(Place)
{
    public bool IsNone => !IsQuoted && Text is "" or "~" or "null";

    public override string Kind => IsNone ? "without a value" : IsQuoted ? $"the quoted text '{Shown}'" : $"'{Shown}'";

    /// <summary>Enough of the text to be recognised.</summary>
    private string Shown => Text.Length <= 80 ? Text : Text[..80] + "…";
}

/// <summary>Values one after another.</summary>
internal sealed record YamlList(Place Place, IReadOnlyList<YamlNode> Items) : YamlNode(Place)
{
    public override string Kind => "a list";
}

/// <summary>Values under keys, in the order of the file; no key is there twice.</summary>
internal sealed record YamlMap(Place Place, IReadOnlyList<YamlEntry> Entries) : YamlNode(Place)
{
    public override string Kind => "a group of keys";
}

/// <summary>Something that was refused while the file was read; nothing more is said about it.</summary>
internal sealed record YamlRefused(Place Place) : YamlNode(Place)
{
    public override string Kind => "refused";
}

/// <summary>A key, where it stands, and its value.</summary>
internal readonly record struct YamlEntry(string Key, Place Place, YamlNode Value);
