using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kantor.Cli.Yaml;

/// <summary>
/// Reads one YAML document into nodes. Anchors, aliases, merge keys, tags and further documents are refused: a file is as large as it looks,
/// and what stands in a line is all that it means.
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

    /// <summary>The root of the document as far as it could be read; null when there is none. What is wrong is among the problems.</summary>
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
        var root = ReadNode(depth: 1);
        if (Next() && Next() && _parser.Current is DocumentStart second) _problems.Add(PlaceOf(second.Start), "", "a second document begins here; a file is one document.");
        return root;
    }

    /// <summary>The node that the parser stands at; what was read of it when the file is cut short.</summary>
    private YamlNode? ReadNode(int depth)
    {
        var begun = _parser.Current!;
        if (begun is NodeEvent node) RefuseReferences(node);
        switch (begun)
        {
            case Scalar scalar:
                return new YamlScalar(PlaceOf(scalar.Start), scalar.Value, IsQuoted: scalar.Style != ScalarStyle.Plain);
            case AnchorAlias alias:
                _problems.Add(PlaceOf(alias.Start), "", $"'*{alias.Value}' refers to another place of the file, which is not read; write the value out.");
                return null;
            case SequenceStart or MappingStart when depth > DepthMax:
                _problems.CutShort(PlaceOf(begun.Start), $"this is nested more than {DepthMax} deep.");
                return null;
            case SequenceStart:
                return ReadList(PlaceOf(begun.Start), depth);
            case MappingStart:
                return ReadMap(PlaceOf(begun.Start), depth);
            default:
                return null;
        }
    }

    private YamlList ReadList(Place place, int depth)
    {
        var items = new List<YamlNode>();
        while (Next() && _parser.Current is not SequenceEnd)
        {
            if (ReadNode(depth + 1) is { } item) items.Add(item);
        }

        return new YamlList(place, items);
    }

    private YamlMap ReadMap(Place place, int depth)
    {
        var entries = new List<YamlEntry>();
        var first = new Dictionary<string, Place>(StringComparer.Ordinal);
        while (Next() && _parser.Current is not MappingEnd)
        {
            var key = ReadNode(depth + 1);
            if (!Next()) break;
            var value = ReadNode(depth + 1);
            if (key is not YamlScalar { IsNone: false } name) _problems.Add(key?.Place ?? place, "", "a key is a word.");
            else if (!first.TryAdd(name.Text, name.Place)) _problems.Add(name.Place, name.Text, $"is there twice; the first is in line {first[name.Text].Line}. Leave one.");
            else if (value is not null) entries.Add(new YamlEntry(name.Text, name.Place, value));
        }

        return new YamlMap(place, entries);
    }

    private void RefuseReferences(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty) _problems.Add(PlaceOf(node.Start), "", $"'&{node.Anchor.Value}' names a place of the file to refer to it, which is not read; write values out.");
        if (!node.Tag.IsEmpty) _problems.Add(PlaceOf(node.Start), "", $"'{node.Tag.Value}' is a tag; values have none.");
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
            _problems.CutShort(PlaceOf(_parser.Current?.End ?? Mark.Empty), "what follows is not YAML: perhaps a bracket or a quotation mark is not closed.");
        }

        return false;
    }

    private static Place PlaceOf(in Mark mark) => new((int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
