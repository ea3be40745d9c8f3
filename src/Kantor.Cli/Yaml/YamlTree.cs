using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kantor.Cli.Yaml;

/// <summary>
/// Reads one YAML document into nodes. Anchors, aliases, merge keys, tags and further documents are refused: a file is as large as it
/// looks, and what stands in a line is all that it means.
/// </summary>
internal sealed class YamlTree
{
    /// <summary>Longest file, in characters.</summary>
    public const int CharactersMax = 1 << 20;

    /// <summary>Deepest nesting of lists and groups.</summary>
    public const int DepthMax = 24;

    private readonly Parser _parser;
    private readonly Problems _problems;

    private YamlTree(string text, Problems problems)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        _problems = problems;
    }

    /// <summary>
    /// The root of the document as far as it could be read; null when there is none. What is wrong is among the problems.
    /// </summary>
    public static YamlNode? Read(string text, Problems problems)
    {
        if (text.Length > CharactersMax)
        {
            problems.CutShort(new Place(1, 1), $"the file has {text.Length} characters; at most {CharactersMax} are read.");
            return null;
        }

        return new YamlTree(text, problems).ReadDocument();
    }

    private YamlNode? ReadDocument()
    {
        if (!Next() || !Next() || _parser.Current is not DocumentStart || !Next()) return null;
        var root = ReadNode("", depth: 1);
        if (Next() && Next() && _parser.Current is DocumentStart second)
        {
            _problems.Add(PlaceOf(second.Start), "", "a second document begins here; a file is one document.");
        }
        return root;
    }

    /// <summary>The node that the parser stands at; what was read of it when the file is cut short.</summary>
    private YamlNode ReadNode(string path, int depth)
    {
        var begun = _parser.Current!;
        var place = PlaceOf(begun.Start);
        if (begun is NodeEvent node) RefuseReferences(node, path);
        switch (begun)
        {
            case Scalar scalar:
                return new YamlScalar(place, scalar.Value, IsQuoted: scalar.Style != ScalarStyle.Plain);
            case AnchorAlias alias:
                _problems.Add(
                    place, path, $"'*{alias.Value}' refers to another place of the file, which is not read; write the value out.");
                return new YamlRefused(place);
            case SequenceStart or MappingStart when depth > DepthMax:
                _problems.CutShort(place, $"this is nested more than {DepthMax} deep.");
                return new YamlRefused(place);
            case SequenceStart:
                return ReadList(place, path, depth);
            case MappingStart:
                return ReadMap(place, path, depth);
            default:
                return new YamlRefused(place);
        }
    }

    private YamlList ReadList(Place place, string path, int depth)
    {
        var items = new List<YamlNode>();
        while (Next() && _parser.Current is not SequenceEnd) items.Add(ReadNode($"{path}[{items.Count}]", depth + 1));
        return new YamlList(place, items);
    }

    private YamlMap ReadMap(Place place, string path, int depth)
    {
        var entries = new List<YamlEntry>();
        var first = new Dictionary<string, Place>(StringComparer.Ordinal);
        while (Next() && _parser.Current is not MappingEnd)
        {
            var key = ReadNode(path, depth + 1);
            var at = key is not YamlScalar { IsNone: false } name ? null : path.Length == 0 ? name.Text : $"{path}.{name.Text}";
            if (!Next()) break;
            var value = ReadNode(at ?? path, depth + 1);
            if (at is null) _problems.Add(key.Place, path, "a key is a word.");
            else if (!first.TryAdd(at, key.Place))
            {
                _problems.Add(key.Place, at, $"is there twice; the first is in line {first[at].Line}. Leave one.");
            }
            else entries.Add(new YamlEntry(((YamlScalar)key).Text, key.Place, value));
        }

        return new YamlMap(place, entries);
    }

    private void RefuseReferences(NodeEvent node, string path)
    {
        if (!node.Anchor.IsEmpty)
        {
            _problems.Add(
                PlaceOf(node.Start), path,
                $"'&{node.Anchor.Value}' names a place of the file to refer to it, which is not read; write values out.");
        }
        if (!node.Tag.IsEmpty) _problems.Add(PlaceOf(node.Start), path, $"'{node.Tag.Value}' is a tag; values have none.");
    }

    /// <summary>Moves to the next event; false at the end, or where the file is not YAML or is not read on.</summary>
    private bool Next()
    {
        if (_problems.IsCutShort) return false;
        try
        {
            return _parser.MoveNext();
        }
        catch (YamlException wrong)
        {
            _problems.CutShort(PlaceOf(wrong.Start), $"this is not YAML: {wrong.Message.TrimEnd('.')}.");
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The parser has no words for some mistakes, such as a line 'key: value' within an open bracket.
            _problems.CutShort(
                PlaceOf(_parser.Current?.End ?? Mark.Empty),
                "what follows is not YAML: perhaps a bracket or a quotation mark is not closed.");
        }

        return false;
    }

    private static Place PlaceOf(in Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
