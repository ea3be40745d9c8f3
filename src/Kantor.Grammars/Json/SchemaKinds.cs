using System.Text.Json;

namespace Kantor.Grammars.Json;

/// <summary>Whether schemas are surely apart, so that no value fits two of them.</summary>
internal static class SchemaKinds
{
    public static bool AreApart(JsonElement[] schemas, Func<string, JsonElement> resolve)
    {
        for (var one = 0; one < schemas.Length; one++)
        {
            for (var other = one + 1; other < schemas.Length; other++)
            {
                if (!AreApart(Target(schemas[one], resolve), Target(schemas[other], resolve))) return false;
            }
        }

        return true;
    }

    private static JsonElement Target(JsonElement schema, Func<string, JsonElement> resolve)
    {
        for (var hops = 0; hops < 8 && schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$ref", out var reference); hops++)
        {
            schema = resolve(reference.ToString());
        }

        return schema;
    }

    private static bool AreApart(JsonElement one, JsonElement other)
    {
        if (Values(one) is { } some && Values(other) is { } others)
        {
            return !some.Any(value => others.Any(same => JsonElement.DeepEquals(value, same)));
        }

        if (Types(one) is { } left && Types(other) is { } right && !left.Intersect(right).Any()) return true;
        return Required(one).Intersect(Required(other)).Any(name => AreMembersApart(one, other, name));
    }

    private static bool AreMembersApart(JsonElement one, JsonElement other, string name) =>
        Member(one, name) is { } left && Member(other, name) is { } right && Values(left) is { } some && Values(right) is { } others
            && !some.Any(value => others.Any(same => JsonElement.DeepEquals(value, same)));

    private static JsonElement[]? Values(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object) return null;
        if (schema.TryGetProperty("const", out var constant)) return [constant];
        return schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array ? [.. values.EnumerateArray()]
            : null;
    }

    private static HashSet<string>? Types(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out var type)) return null;
        var names = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(name => name.ToString()) : [type.ToString()];
        // Every whole number is a number.
        return [.. names.Select(name => name == "integer" ? "number" : name)];
    }

    private static IEnumerable<string> Required(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("required", out var names)
            && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Select(name => name.ToString())
            : [];

    private static JsonElement? Member(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out var members) && members.ValueKind == JsonValueKind.Object
            && members.TryGetProperty(name, out var member) ? member : null;
}
