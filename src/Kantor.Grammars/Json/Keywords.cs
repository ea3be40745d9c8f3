using System.Text.Json;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Json;

/// <summary>The keywords of one schema; what nobody takes is refused in the end, so that none is left out by mistake.</summary>
internal sealed class Keywords
{
    private readonly Dictionary<string, JsonElement> _members;
    private readonly HashSet<string> _taken;
    private readonly string _path;

    public Keywords(JsonElement schema, string path, IEnumerable<string> annotations)
    {
        _path = path;
        _members = schema.EnumerateObject().ToDictionary(member => member.Name, member => member.Value);
        _taken = [.. annotations];
    }

    /// <summary>The value of a keyword, which counts as acted upon; null when it is absent.</summary>
    public JsonElement? Take(string keyword)
    {
        _taken.Add(keyword);
        return _members.TryGetValue(keyword, out var value) ? value : null;
    }

    public bool HasAny(IEnumerable<string> keywords) => keywords.Any(_members.ContainsKey);

    /// <summary>
    /// A type beside alternatives says nothing more when every alternative has that type itself.
    /// </summary>
    public void TakeTypeBeside(JsonElement parts)
    {
        if (!_members.TryGetValue("type", out var type) || parts.ValueKind != JsonValueKind.Array) return;
        var isSaid = parts.EnumerateArray().All(part => part.ValueKind == JsonValueKind.Object
            && part.TryGetProperty("type", out var own) && JsonElement.DeepEquals(own, type));
        if (isSaid) _taken.Add("type");
    }

    /// <summary>A least and a most, each a whole number from 0.</summary>
    public (int Least, int? Most) Range(string leastKeyword, string mostKeyword, int limit)
    {
        var (least, most) = (Count(leastKeyword, limit) ?? 0, Count(mostKeyword, limit));
        if (least > most)
        {
            throw new GrammarException(
                $"{_path}/{leastKeyword}", $"'{_path}/{leastKeyword}' is {least}, more than {mostKeyword}, which is {most}.");
        }

        return (least, most);
    }

    public GrammarException Unsupported(string keyword) =>
        new($"{_path}/{keyword}", $"'{_path}/{keyword}' cannot be promised: the keyword '{keyword}' is not supported here.");

    /// <exception cref="GrammarException">A keyword was not acted upon.</exception>
    public void RefuseRest()
    {
        foreach (var keyword in _members.Keys)
        {
            if (!_taken.Contains(keyword)) throw Unsupported(keyword);
        }
    }

    private int? Count(string keyword, int limit)
    {
        if (Take(keyword) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0 && count <= limit) return count;
        throw new GrammarException($"{_path}/{keyword}", $"'{_path}/{keyword}' must be a whole number from 0 to {limit}.");
    }
}
