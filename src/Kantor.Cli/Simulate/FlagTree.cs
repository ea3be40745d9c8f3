using Kantor.Cli.Yaml;

namespace Kantor.Cli.Simulate;

/// <summary>
/// The tree of the scenario file that says what options of a command line say. Each value stands in the place of its option: the line of a
/// place is the option's number, from 1.
/// </summary>
internal sealed class FlagTree
{
    private readonly List<string> _options = [];
    private readonly Group _root = new(default);

    /// <summary>The tree.</summary>
    public YamlMap Root => _root.ToMap();

    /// <summary>A number or a truth value; nothing when it is not given.</summary>
    public void Plain(string option, string? typed, params ReadOnlySpan<string> path) =>
        Add(option, typed, (place, text) => new YamlScalar(place, text, IsQuoted: false), path);

    /// <summary>A name or a line; nothing when it is not given.</summary>
    public void Text(string option, string? typed, params ReadOnlySpan<string> path) => Add(option, typed, NewText, path);

    /// <summary>Names apart by ','; nothing when they are not given.</summary>
    public void List(string option, string? typed, params ReadOnlySpan<string> path) =>
        Add(option, typed,
            (place, text) => new YamlList(place, [.. text.Split(',', StringSplitOptions.TrimEntries).Select(item => NewText(place, item))]),
            path);

    /// <summary>A group of keys that is there even if none of them is given.</summary>
    public void Keys(string option, params ReadOnlySpan<string> path) => GroupAt(PlaceOf(option), path);

    /// <summary>What is wrong with an option.</summary>
    public string Describe(Problem problem) =>
        problem.Place.Line is > 0 and var number ? $"{_options[number - 1]}: {problem.What}" : problem.What;

    /// <summary>A text that a file would need quotes for is a text here too.</summary>
    private static YamlScalar NewText(Place place, string text) => new(place, text, IsQuoted: text is "" or "~" or "null");

    private void Add(string option, string? typed, Func<Place, string, YamlNode> make, ReadOnlySpan<string> path)
    {
        if (typed is null) return;
        var place = PlaceOf(option);
        GroupAt(place, path[..^1]).Entries.Add((path[^1], place, make(place, typed)));
    }

    private Place PlaceOf(string option)
    {
        if (!_options.Contains(option)) _options.Add(option);
        return new Place(_options.IndexOf(option) + 1, 1);
    }

    private Group GroupAt(Place place, ReadOnlySpan<string> path)
    {
        var group = _root;
        foreach (var key in path) group = group.Below(key, place);
        return group;
    }

    /// <summary>A group of keys in the making; it stands where the first of them does.</summary>
    private sealed class Group(Place place)
    {
        private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

        public List<(string Key, Place Place, YamlNode? Value)> Entries { get; } = [];

        public Group Below(string key, Place at)
        {
            if (_groups.TryGetValue(key, out var known)) return known;
            Entries.Add((key, at, null));
            return _groups[key] = new Group(at);
        }

        public YamlMap ToMap() =>
            new(place, [.. Entries.Select(entry => new YamlEntry(entry.Key, entry.Place, entry.Value ?? _groups[entry.Key].ToMap()))]);
    }
}
