using System.Globalization;
using System.Text.Json;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Json;

/// <summary>Reads one schema document.</summary>
internal sealed class SchemaReader
{
    private const int DepthMax = 64;

    private static readonly string[] Annotations =
    [
        "title", "description", "default", "examples", "$schema", "$id", "$comment", "$defs", "definitions", "deprecated", "readOnly",
        "writeOnly", "$anchor", "contentMediaType", "contentEncoding", "nullable", "strict",
    ];

    private static readonly string[] Types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    private readonly GrammarBuilder _to;
    private readonly JsonElement _document;
    private readonly JsonParts _json;
    private readonly ObjectRules _objects;
    private readonly StringRules _strings;
    private readonly Dictionary<string, int> _references = [];
    private int _depth;

    public SchemaReader(GrammarBuilder to, JsonElement document)
    {
        (_to, _document) = (to, document);
        _json = new JsonParts(to);
        _objects = new ObjectRules(to, _json, Node);
        _strings = new StringRules(to, _json);
    }

    public int Root() => Node(_document, "#");

    /// <summary>The node of a schema at a place of the document.</summary>
    public int Node(JsonElement schema, string path)
    {
        if (schema.ValueKind == JsonValueKind.True) return _json.Value;
        if (schema.ValueKind == JsonValueKind.False) throw new GrammarException(path, $"'{path}' is false: nothing is allowed there.");
        if (schema.ValueKind != JsonValueKind.Object) throw new GrammarException(path, $"'{path}' must be a schema: an object, or true.");
        if (++_depth > DepthMax) throw new GrammarException(path, $"'{path}' is nested more than {DepthMax} deep.");
        var node = Read(schema, path);
        _depth--;
        return node;
    }

    private int Read(JsonElement schema, string path)
    {
        var keywords = new Keywords(schema, path, Annotations);
        var node = keywords.Take("$ref") is { } reference ? Reference(reference, path)
            : keywords.Take("const") is { } constant ? Constant(constant, keywords)
            : keywords.Take("enum") is { } values ? Enumerated(values, keywords, path)
            : keywords.Take("anyOf") is { } any ? Alternatives(any, keywords, path, "anyOf")
            : keywords.Take("oneOf") is { } one ? Disjoint(one, keywords, path)
            : keywords.Take("allOf") is { } all ? Single(all, keywords, path)
            : Typed(keywords, path);
        keywords.RefuseRest();
        return node;
    }

    private int Reference(JsonElement reference, string path)
    {
        var target = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : "";
        if (!target.StartsWith('#')) throw new GrammarException(
            $"{path}/$ref", $"'{path}/$ref' must point into the schema itself, as #/$defs/name.");
        if (_references.TryGetValue(target, out var known)) return known;
        var rule = _to.Rule();
        _references[target] = rule;
        var depth = _depth;
        _to.Define(rule, Node(Resolve(target, path), target));
        _depth = depth;
        return rule;
    }

    private JsonElement Resolve(string target, string path)
    {
        var at = _document;
        foreach (var part in target.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace(
                "~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var member)) at = member;
            else if (
                at.ValueKind == JsonValueKind.Array && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                && index < at.GetArrayLength()) at = at[index];
            else throw new GrammarException($"{path}/$ref", $"'{path}/$ref' points to '{target}', which is not in the schema.");
        }

        return at;
    }

    private int Constant(JsonElement value, Keywords keywords)
    {
        keywords.Take("type");
        return _to.Text(Written(value));
    }

    private int Enumerated(JsonElement values, Keywords keywords, string path)
    {
        if (values.ValueKind != JsonValueKind.Array || values.GetArrayLength() == 0)
        {
            throw new GrammarException($"{path}/enum", $"'{path}/enum' must be an array of at least one value.");
        }

        var type = keywords.Take("type");
        var allowed = values.EnumerateArray().Where(value => type is not { } names || IsOfType(value, names)).ToArray();
        if (allowed.Length == 0) throw new GrammarException($"{path}/enum", $"'{path}/enum' has no value of the type beside it.");
        return _to.Choice([.. allowed.Select(value => _to.Text(Written(value)))]);
    }

    private static bool IsOfType(JsonElement value, JsonElement names) => names.ValueKind switch
    {
        JsonValueKind.String => IsOfType(value, names.GetString()!),
        JsonValueKind.Array =>
            names.EnumerateArray().Any(name => name.ValueKind == JsonValueKind.String && IsOfType(value, name.GetString()!)),
        _ => true,
    };

    private static bool IsOfType(JsonElement value, string type) => (value.ValueKind, type) switch
    {
        (JsonValueKind.Object, "object") or (JsonValueKind.Array, "array") or (JsonValueKind.String, "string") => true,
        (JsonValueKind.Null, "null") or (JsonValueKind.Number, "number") => true,
        (JsonValueKind.True or JsonValueKind.False, "boolean") => true,
        (JsonValueKind.Number, "integer") => value.TryGetDecimal(out var number) && decimal.Truncate(number) == number,
        _ => false,
    };

    private int Alternatives(JsonElement parts, Keywords keywords, string path, string keyword)
    {
        keywords.TakeTypeBeside(parts);
        if (parts.ValueKind != JsonValueKind.Array || parts.GetArrayLength() == 0)
        {
            throw new GrammarException($"{path}/{keyword}", $"'{path}/{keyword}' must be an array of at least one schema.");
        }

        return _to.Choice([.. parts.EnumerateArray().Select((part, index) => Node(part, $"{path}/{keyword}/{index}"))]);
    }

    /// <summary>Where no value fits two of the schemas, exactly one is the same as any.</summary>
    private int Disjoint(JsonElement parts, Keywords keywords, string path)
    {
        if (parts.ValueKind == JsonValueKind.Array && !SchemaKinds.AreApart([.. parts.EnumerateArray()], pointer => Resolve(pointer, path)))
        {
            throw new GrammarException(
                $"{path}/oneOf",
                $"'{path}/oneOf' has alternatives that a value may fit together; give them different types or a required member with "
                    + "different constants, or use anyOf.");
        }

        return Alternatives(parts, keywords, path, "oneOf");
    }

    private int Single(JsonElement parts, Keywords keywords, string path)
    {
        keywords.TakeTypeBeside(parts);
        if (parts.ValueKind == JsonValueKind.Array && parts.GetArrayLength() == 1) return Node(parts[0], $"{path}/allOf/0");
        throw new GrammarException(
            $"{path}/allOf", $"'{path}/allOf' must have one schema: several cannot be put together; write them as one.");
    }

    private int Typed(Keywords keywords, string path)
    {
        if (keywords.Take("type") is not { } type) return Guessed(keywords, path);
        string[] names = type.ValueKind == JsonValueKind.Array
            ? [.. type.EnumerateArray().Select(name => name.ValueKind == JsonValueKind.String ? name.GetString()! : "")]
            : [type.ValueKind == JsonValueKind.String ? type.GetString()! : ""];
        if (names.Length == 0 || names.Except(Types).Any())
        {
            throw new GrammarException($"{path}/type", $"'{path}/type' must be of {string.Join(", ", Types)}.");
        }

        return _to.Choice([.. names.Distinct().Select(name => OfType(name, keywords, path))]);
    }

    /// <summary>Without a type, keywords of one type alone say which is meant; with none of any, every value is.</summary>
    private int Guessed(Keywords keywords, string path)
    {
        if (keywords.HasAny(ObjectRules.Keywords)) return _objects.Node(keywords, path);
        if (keywords.HasAny(ArrayKeywords)) return Array(keywords, path);
        if (keywords.HasAny(StringRules.Keywords)) return _strings.Node(keywords, path);
        if (keywords.HasAny(NumberRules.Keywords)) return NumberRules.Node(_to, _json, keywords, path, isWhole: false);
        return _json.Value;
    }

    private int OfType(string type, Keywords keywords, string path) => type switch
    {
        "object" => _objects.Node(keywords, path),
        "array" => Array(keywords, path),
        "string" => _strings.Node(keywords, path),
        "boolean" => _to.Choice(_to.Text("true"), _to.Text("false")),
        "null" => _to.Text("null"),
        _ => NumberRules.Node(_to, _json, keywords, path, type == "integer"),
    };

    private static readonly string[] ArrayKeywords = ["items", "prefixItems", "minItems", "maxItems"];

    private int Array(Keywords keywords, string path)
    {
        if (keywords.Take("uniqueItems") is { ValueKind: not JsonValueKind.False }) throw keywords.Unsupported("uniqueItems");
        var (least, most) = keywords.Range("minItems", "maxItems", GrammarBuilder.RepeatsMax);
        var prefix = keywords.Take("prefixItems");
        var items = keywords.Take("items");
        if (prefix is { } fixedItems) return Tuple(fixedItems, items, least, most, path);
        return _json.Array(items is { } item ? Node(item, $"{path}/items") : _json.Value, least, most);
    }

    private int Tuple(JsonElement prefix, JsonElement? items, int least, int? most, string path)
    {
        if (prefix.ValueKind != JsonValueKind.Array || prefix.GetArrayLength() == 0)
        {
            throw new GrammarException($"{path}/prefixItems", $"'{path}/prefixItems' must be an array of at least one schema.");
        }

        var count = prefix.GetArrayLength();
        if (least > count || most < count || items is { ValueKind: not JsonValueKind.False })
        {
            throw new GrammarException(
                $"{path}/prefixItems", $"'{path}/prefixItems' gives arrays of exactly {count} values; 'items' must be false or absent, and "
                    + "minItems and maxItems must allow that number.");
        }

        var parts = prefix.EnumerateArray().SelectMany((item, index) => (int[])
            [_to.Text(index == 0 ? "[" : ","), index == 0 ? _to.Empty() : _json.Blank, Node(item, $"{path}/prefixItems/{index}")]);
        return _to.Sequence([.. parts, _to.Text("]")]);
    }

    private static string Written(JsonProperty member) => $"\"{JsonParts.Escaped(member.Name)}\":{Written(member.Value)}";

    private static string Written(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String: return $"\"{JsonParts.Escaped(value.GetString()!)}\"";
            case JsonValueKind.Array: return $"[{string.Join(",", value.EnumerateArray().Select(Written))}]";
            case JsonValueKind.Object:
                return $"{{{string.Join(",", value.EnumerateObject().Select(Written))}}}";
            default: return value.GetRawText();
        }
    }
}
