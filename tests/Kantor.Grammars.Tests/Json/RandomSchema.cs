using System.Globalization;
using System.Text.Json.Nodes;
using Kantor.Core.Randomness;

namespace Kantor.Grammars.Tests.Json;

/// <summary>Schemas of every kind that is supported, drawn.</summary>
internal sealed class RandomSchema(RandomStream random)
{
    private static readonly string[] Formats = ["date", "time", "date-time", "uuid", "ipv4", "email", "hostname", "uri", "duration", "ipv6"];
    private static readonly string[] Names = ["a", "ab", "b c", "\"q\"", "ä", "line\nend", "tail\\"];

    public JsonObject Document()
    {
        var schema = Object(3);
        schema["$defs"] = new JsonObject { ["leaf"] = Leaf(), ["tree"] = Tree() };
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        return schema;
    }

    private static JsonObject Tree() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["value"] = new JsonObject { ["type"] = "integer" },
            ["children"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["$ref"] = "#/$defs/tree" }, ["maxItems"] = 2 },
        },
        ["required"] = new JsonArray("value"),
        ["additionalProperties"] = false,
    };

    private JsonObject Any(int depth) => random.NextInt(depth == 0 ? 4 : 9) switch
    {
        0 or 1 or 2 => Leaf(),
        3 => new JsonObject { ["$ref"] = random.NextInt(2) == 0 ? "#/$defs/leaf" : "#/$defs/tree" },
        4 => new JsonObject { ["anyOf"] = new JsonArray(Any(depth - 1), Any(depth - 1)) },
        5 => Array(depth),
        _ => Object(depth),
    };

    private JsonObject Object(int depth)
    {
        var names = Names.OrderBy(_ => random.NextInt(1000)).Take(random.NextInt(4)).ToArray();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(names.Select(name => KeyValuePair.Create<string, JsonNode?>(name, Any(depth - 1)))),
            ["required"] = new JsonArray([.. names.Where(_ => random.NextInt(2) == 0).Select(name => JsonValue.Create(name))]),
        };
        if (random.NextInt(3) > 0) schema["additionalProperties"] = random.NextInt(2) == 0 ? JsonValue.Create(false) : Leaf();
        return schema;
    }

    private JsonObject Array(int depth)
    {
        if (random.NextInt(4) == 0)
        {
            return new JsonObject { ["type"] = "array", ["prefixItems"] = new JsonArray(Any(depth - 1), Leaf()), ["items"] = false, ["minItems"] = 2 };
        }

        var least = random.NextInt(3);
        return new JsonObject { ["type"] = "array", ["items"] = Any(depth - 1), ["minItems"] = least, ["maxItems"] = least + random.NextInt(3) };
    }

    private JsonObject Leaf() => random.NextInt(10) switch
    {
        0 => new JsonObject { ["type"] = "string", ["minLength"] = random.NextInt(4), ["maxLength"] = 4 + random.NextInt(4) },
        1 => new JsonObject { ["type"] = "string", ["format"] = Formats[random.NextInt(Formats.Length)] },
        2 => new JsonObject { ["type"] = "string", ["pattern"] = "^[\"\\\\a-c\\n]{1,4}x|y$" },
        3 => Whole(),
        4 => Number(),
        5 => new JsonObject { ["type"] = "boolean" },
        6 => new JsonObject { ["enum"] = new JsonArray("x\"y", 3, null, true, new JsonArray(1, "z")) },
        7 => new JsonObject { ["const"] = "always" },
        8 => new JsonObject { ["type"] = new JsonArray("string", "null") },
        _ => new JsonObject { ["type"] = "integer" },
    };

    private JsonObject Whole()
    {
        var least = random.NextInt(4000) - 2000;
        return new JsonObject
        {
            ["type"] = "integer",
            [random.NextInt(2) == 0 ? "minimum" : "exclusiveMinimum"] = least,
            [random.NextInt(2) == 0 ? "maximum" : "exclusiveMaximum"] = least + 2 + random.NextInt(3000),
        };
    }

    private JsonObject Number()
    {
        var least = decimal.Parse(string.Create(CultureInfo.InvariantCulture, $"{random.NextInt(200) - 100}.{random.NextInt(10)}"), CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["type"] = "number",
            [random.NextInt(2) == 0 ? "minimum" : "exclusiveMinimum"] = least,
            [random.NextInt(2) == 0 ? "maximum" : "exclusiveMaximum"] = least + 3 + random.NextInt(300),
        };
    }
}
