using System.Text.Json;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Json;

/// <summary>Objects: members in the order of <c>properties</c>, those that are not required or left out, then others where they may
/// be.</summary>
internal sealed class ObjectRules(GrammarBuilder to, JsonParts json, Func<JsonElement, string, int> nodeOf)
{
    /// <summary>Keywords that only an object has.</summary>
    public static readonly string[] Keywords = ["properties", "required", "additionalProperties"];

    private const int PropertiesMax = 400;

    public int Node(Keywords keywords, string path)
    {
        var members = Members(keywords.Take("properties"), path);
        var required = Required(keywords.Take("required"), path);
        var others = keywords.Take("additionalProperties");
        foreach (var name in required.Except(members.Select(member => member.Name)))
        {
            // A member without a schema of its own is one of the others.
            members.Add((name, others is { } schema ? nodeOf(schema, $"{path}/additionalProperties") : json.Value));
        }

        if (members.Count > PropertiesMax)
        {
            throw new GrammarException(
                $"{path}/properties", $"'{path}/properties' has {members.Count} members; at most {PropertiesMax} are followed.");
        }

        var rest = RestOf(others, members, path);
        return to.Sequence(to.Text("{"), Tail(members, required, rest));
    }

    private List<(string Name, int Value)> Members(JsonElement? properties, string path)
    {
        if (properties is not { } given) return [];
        if (given.ValueKind != JsonValueKind.Object)
        {
            throw new GrammarException($"{path}/properties", $"'{path}/properties' must be an object.");
        }

        return [.. given.EnumerateObject().Select(member => (member.Name, nodeOf(member.Value, $"{path}/properties/{member.Name}")))];
    }

    private static HashSet<string> Required(JsonElement? required, string path)
    {
        if (required is not { } given) return [];
        if (given.ValueKind == JsonValueKind.Array && given.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String))
        {
            return [.. given.EnumerateArray().Select(name => name.GetString()!)];
        }

        throw new GrammarException($"{path}/required", $"'{path}/required' must be an array of names.");
    }

    /// <summary>A further member; null where there is none. An object of which nothing is said may have any.</summary>
    private int? RestOf(JsonElement? others, List<(string Name, int Value)> members, string path)
    {
        if (others is null && members.Count > 0) return null;
        if (others is { ValueKind: JsonValueKind.False }) return null;
        var value = others is { } schema ? nodeOf(schema, $"{path}/additionalProperties") : json.Value;
        return json.Member(OtherNames.Node(to, json, [.. members.Select(member => member.Name)]), value);
    }

    // From the last member to the first: what follows with, and without, a member before.
    private int Tail(List<(string Name, int Value)> members, HashSet<string> required, int? rest)
    {
        var end = to.Text("}");
        var (after, first) = (end, end);
        if (rest is { } other)
        {
            after = to.Sequence(to.Repeat(to.Sequence(json.Comma(), other), 0, null), end);
            first = to.Choice(end, to.Sequence(other, after));
        }

        foreach (var (name, value) in Enumerable.Reverse(members))
        {
            var member = json.Member(to.Text($"\"{JsonParts.Escaped(name)}\""), value);
            var (with, alone) = (to.Sequence(json.Comma(), member, after), to.Sequence(member, after));
            var isRequired = required.Contains(name);
            (after, first) = (isRequired ? with : to.Choice(with, after), isRequired ? alone : to.Choice(alone, first));
        }

        return first;
    }
}
