using System.Text.Json;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Json;

/// <summary>
/// JSON Schema (2020-12) to a grammar: every word of the language is JSON that the schema accepts. What cannot be promised is refused by
/// its keyword and place, never left out. The language may be smaller than the schema: members come in the order of <c>properties</c>, and
/// others only where <c>additionalProperties</c> asks for them.
/// </summary>
public static class JsonSchemaGrammar
{
    /// <summary>The grammar of a schema.</summary>
    /// <exception cref="GrammarException">The schema is malformed, says something that cannot be promised, or is too large.</exception>
    public static Grammar Of(JsonElement schema)
    {
        var builder = new GrammarBuilder();
        return builder.Build(NodeOf(builder, schema));
    }

    /// <summary>The grammar of any JSON object.</summary>
    public static Grammar AnyObject()
    {
        var builder = new GrammarBuilder();
        return builder.Build(new JsonParts(builder).AnyObject());
    }

    /// <summary>The node of a schema in a grammar that is being put together.</summary>
    /// <exception cref="GrammarException">As <see cref="Of"/>.</exception>
    public static int NodeOf(GrammarBuilder builder, JsonElement schema) => new SchemaReader(builder, schema).Root();

    /// <summary>The node of any JSON object.</summary>
    public static int AnyObjectNode(GrammarBuilder builder) => new JsonParts(builder).AnyObject();
}
