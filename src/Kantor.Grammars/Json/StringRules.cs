using System.Text.Json;
using Kantor.Grammars.Syntax;
using Kantor.Grammars.Text;

namespace Kantor.Grammars.Json;

/// <summary>Texts: their length in characters, a pattern, or a format.</summary>
internal sealed class StringRules(GrammarBuilder to, JsonParts json)
{
    /// <summary>Keywords that only a text has.</summary>
    public static readonly string[] Keywords = ["minLength", "maxLength", "pattern", "format"];

    private const string Date = @"[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
    private const string Time = @"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
    private const string Byte = @"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private const string Host = @"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?){0,6}";

    private static readonly Dictionary<string, string> Formats = new()
    {
        ["date"] = $"^{Date}$",
        ["time"] = $"^{Time}$",
        ["date-time"] = $"^{Date}T{Time}$",
        ["duration"] = @"^P([0-9]{1,4}W|([0-9]{1,4}Y)?([0-9]{1,4}M)?[0-9]{1,4}D|T([0-9]{1,4}H)?([0-9]{1,4}M)?[0-9]{1,4}S)$",
        ["uuid"] = @"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        ["ipv4"] = $@"^{Byte}(\.{Byte}){{3}}$",
        ["ipv6"] = @"^([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}$",
        ["hostname"] = $"^{Host}$",
        ["email"] = $@"^[a-zA-Z0-9_+-]{{1,32}}(\.[a-zA-Z0-9_+-]{{1,16}}){{0,2}}@([a-zA-Z0-9]{{1,16}}\.){{1,3}}[a-zA-Z]{{2,6}}$",
        ["uri"] = $@"^https?://{Host}(:[1-9][0-9]{{0,3}})?(/[a-zA-Z0-9._~-]{{0,64}}){{0,8}}(\?[a-zA-Z0-9._~=&-]{{0,64}})?$",
    };

    public int Node(Keywords keywords, string path)
    {
        var (least, most) = keywords.Range("minLength", "maxLength", GrammarBuilder.RepeatsMax);
        var isLimited = least > 0 || most is not null;
        if (keywords.Take("pattern") is { } pattern) return Pattern(pattern, isLimited, $"{path}/pattern");
        if (keywords.Take("format") is { } format) return Format(format, isLimited, $"{path}/format");
        return isLimited ? json.Quoted(to.Repeat(json.Character, least, most)) : json.String;
    }

    private int Pattern(JsonElement pattern, bool isLimited, string path)
    {
        if (pattern.ValueKind != JsonValueKind.String) throw new GrammarException(path, $"'{path}' must be a regular expression.");
        RefuseLimits(isLimited, path);
        return json.Quoted(Regular(pattern.GetString()!, path));
    }

    private int Format(JsonElement format, bool isLimited, string path)
    {
        if (format.ValueKind == JsonValueKind.String && Formats.TryGetValue(format.GetString()!, out var pattern))
        {
            RefuseLimits(isLimited, path);
            return json.Quoted(Regular(pattern, path));
        }

        throw new GrammarException(path, $"'{path}' must be one of {string.Join(", ", Formats.Keys)}; others cannot be promised.");
    }

    private static void RefuseLimits(bool isLimited, string path)
    {
        if (isLimited)
        {
            throw new GrammarException(
                path, $"'{path}' cannot be promised together with minLength or maxLength; say the length in the pattern.");
        }
    }

    private int Regular(string pattern, string path)
    {
        try
        {
            return RegexGrammar.NodeOf(to, pattern, Character);
        }
        catch (GrammarException wrong)
        {
            throw new GrammarException(path, $"'{path}': {wrong.Message}");
        }
    }

    // Between quotes some characters are written escaped.
    private int Character(IReadOnlyList<(int First, int Last)> ranges)
    {
        List<int> parts = [];
        var plain = Without(ranges, out var escaped);
        if (plain.Count > 0) parts.Add(CodePoints.Of(to, plain));
        foreach (var character in escaped) parts.Add(to.Text(JsonParts.Escaped(((char)character).ToString())));
        return to.Choice([.. parts]);
    }

    private static List<(int First, int Last)> Without(IReadOnlyList<(int First, int Last)> ranges, out List<int> escaped)
    {
        List<int> special = [.. Enumerable.Range(0, 0x20), '"', '\\', 0x7F];
        escaped = [.. special.Where(character => ranges.Any(range => range.First <= character && character <= range.Last))];
        var holes = CodePoints.Except(ranges).Concat(special.Select(character => (character, character)));
        return [.. CodePoints.Except(holes)];
    }
}
