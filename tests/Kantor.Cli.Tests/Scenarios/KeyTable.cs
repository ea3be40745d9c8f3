using Kantor.Cli.Scenarios;
using Kantor.Cli.Yaml;

namespace Kantor.Cli.Tests.Scenarios;

/// <summary>All keys that the reader of scenarios knows, as the page about them lists them.</summary>
internal static class KeyTable
{
    private const string Item = "[]";

    /// <summary>Tables of keys, a heading before each: one per part of a scenario, then one per shape that stands in many places.</summary>
    public static string Render()
    {
        var root = new ScenarioKeys(new ProfileShape(_ => throw new FormatException()), new Problems()).Shape;
        var shapes = new List<(string Title, IShape Shape)>();
        var tables = new List<string> { Table("The file", "", [.. root.Keys.Select(part => Row(part.Key.Name, part.Key))]) };
        var pool = root.Keys.Single(part => part.Key.Name == "fleet").Key.Shape.Keys.Select(part => part.Key).ToHashSet();
        foreach (var key in root.Keys.Select(part => part.Key).Where(key => key.Shape.Keys.Any()))
        {
            // Keys of a pool are those of fleet, so decode lists only its own.
            tables.Add(Table($"`{key.Name}`", "", RowsOf(key.Name, key.Shape, shapes, without: key.Name == "decode" ? pool : [])));
        }

        for (var index = 0; index < shapes.Count; index++)
        {
            var (title, shape) = shapes[index];
            tables.Add(Table(title, IsGroup(shape) ? "" : $"Right is {ItemAllowed(shape)}.\n\n", RowsOf(title, shape, shapes, without: title == "POOL" ? pool : [])));
        }

        return string.Join('\n', tables);
    }

    private static List<string> RowsOf(string path, IShape shape, List<(string Title, IShape Shape)> shapes, HashSet<IKey> without)
    {
        var rows = new List<string>();
        foreach (var (prefix, key) in shape.Keys.Where(below => !without.Contains(below.Key)))
        {
            var at = path + (shape.Title is null ? prefix : prefix.TrimStart('[', ']')) + key.Name;
            rows.Add(Row(at, key));
            if (key.Shape.Title is not { } title) rows.AddRange(RowsOf(at, key.Shape, shapes, without: []));
            else if (shapes.All(known => known.Title != title)) shapes.Add((title, key.Shape));
        }

        return rows;
    }

    private static string Row(string path, IKey key) => $"| `{path}` | {Allowed(key.Shape)} | {key.Otherwise ?? "**needed**"} | {key.Meaning} |";

    private static string Allowed(IShape shape) => shape.Title is { } title ? IsList(shape) ? $"a list of {title}" : title : IsGroup(shape) ? "keys below" : shape.Allowed;

    private static bool IsGroup(IShape shape) => shape.Allowed.StartsWith("a group of the keys ", StringComparison.Ordinal);

    private static bool IsList(IShape shape) => shape.Keys.FirstOrDefault().Prefix?.StartsWith(Item, StringComparison.Ordinal) == true;

    private static string ItemAllowed(IShape shape) => IsList(shape) ? shape.Allowed[(shape.Allowed.IndexOf(": ", StringComparison.Ordinal) + 2)..] : shape.Allowed;

    private static string Table(string title, string right, IReadOnlyList<string> rows) => $"### {title}\n\n{right}| key | value | without it | what it decides |\n|---|---|---|---|\n{string.Join('\n', rows)}\n";
}
