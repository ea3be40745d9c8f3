using System.Globalization;
using System.Text.Json;
using Json.Schema;
using Kantor.Core.Randomness;
using Kantor.Grammars.Json;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Tests.Json;

public class JsonSchemaGrammarTests
{
    private static readonly EvaluationOptions Strict = new() { RequireFormatValidation = true };

    /// <summary>The judge is another library's validator.</summary>
    [Fact]
    public void Whatever_is_drawn_from_the_language_is_json_that_the_schema_accepts() => TestSeed.Each(150, seed =>
    {
        var random = new RandomStream(seed, "schemas");
        var text = new RandomSchema(random).Document().ToJsonString();
        var schema = JsonSchema.FromText(text);
        var grammar = Of(text);
        for (var run = 0; run < 2; run++)
        {
            var word = Words.Random(grammar, random);
            using var document = JsonDocument.Parse(word);
            Assert.True(schema.Evaluate(document.RootElement, Strict).IsValid, $"{word}\ndoes not fit\n{text}");
        }
    });

    [Fact]
    public void Without_the_grammar_the_judge_refuses_nearly_everything()
    {
        var random = new RandomStream(1, "control");
        var refused = 0;
        for (var run = 0; run < 50; run++)
        {
            var schema = JsonSchema.FromText($$"""{"type":"object","properties":{"a":{"type":"integer"},"b":{"enum":["x","y"]} },"required":["a","b"]}""");
            using var document = JsonDocument.Parse(Words.Random(JsonSchemaGrammar.AnyObject(), random));
            if (!schema.Evaluate(document.RootElement, Strict).IsValid) refused++;
        }

        Assert.InRange(refused, 45, 50);
    }

    [Fact]
    public void Any_object_is_any_object() => TestSeed.Each(50, seed =>
    {
        var word = Words.Random(JsonSchemaGrammar.AnyObject(), new RandomStream(seed, "objects"));
        using var document = JsonDocument.Parse(word);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
    });

    [Fact]
    public void Whole_numbers_are_those_of_the_range() => TestSeed.Each(100, seed =>
    {
        var random = new RandomStream(seed, "ranges");
        var (first, length) = (random.NextInt(3_000) - 1_500, random.NextInt(1_200));
        var grammar = Of(string.Create(CultureInfo.InvariantCulture, $$"""{"type":"integer","minimum":{{first}},"maximum":{{first + length}}}"""));
        for (var number = first - 50; number <= first + length + 50; number += 1 + random.NextInt(20))
        {
            var isInside = number >= first && number <= first + length;
            Assert.True(isInside == Words.Has(grammar, number.ToString(CultureInfo.InvariantCulture)), $"{number} of {first} to {first + length}");
        }
    });

    [Theory]
    [InlineData("""{"a":1}""", true)]
    [InlineData("""{"a": 1, "b": "x"}""", true)]
    [InlineData("""{"b":"x"}""", false)]
    [InlineData("""{"b":"x","a":1}""", false)]
    [InlineData("""{"a":1,"c":2}""", false)]
    [InlineData("""{"a":1.5}""", false)]
    [InlineData("""{"a":1,}""", false)]
    [InlineData("""{}""", false)]
    public void Members_come_in_their_order_and_only_those_that_are_not_required_may_be_left_out(string word, bool isAllowed)
    {
        const string schema = """{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["a"]}""";
        Assert.Equal(isAllowed, Words.Has(Of(schema), word));
    }

    [Theory]
    [InlineData("""{"a":1,"other":true}""", true)]
    [InlineData("""{"a":1,"ab":true}""", true)]
    [InlineData("""{"a":1,"a":true}""", false)]
    [InlineData("""{"a":1,"\u0061":true}""", false)]
    [InlineData("""{"a":1,"":true}""", true)]
    public void Other_members_never_have_the_name_of_one_that_is_declared(string word, bool isAllowed)
    {
        const string schema = """{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":{"type":"boolean"}}""";
        Assert.Equal(isAllowed, Words.Has(Of(schema), word));
    }

    [Theory]
    [InlineData("""{"type":"object","patternProperties":{"a":{}}}""", "#/patternProperties")]
    [InlineData("""{"type":"array","items":{"not":{}}}""", "#/items/not")]
    [InlineData("""{"type":"array","uniqueItems":true}""", "#/uniqueItems")]
    [InlineData("""{"type":"number","multipleOf":3}""", "#/multipleOf")]
    [InlineData("""{"type":"thing"}""", "#/type")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "#/$ref")]
    [InlineData("""{"$ref":"other.json"}""", "#/$ref")]
    [InlineData("""{"type":"string","format":"isbn"}""", "#/format")]
    [InlineData("""{"type":"string","pattern":"a(?=b)"}""", "#/pattern")]
    [InlineData("""{"type":"string","minLength":3,"maxLength":2}""", "#/minLength")]
    [InlineData("""{"type":"integer","minimum":5,"maximum":4}""", "#")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"string","maxLength":3}]}""", "#/oneOf")]
    [InlineData("""{"allOf":[{},{}]}""", "#/allOf")]
    [InlineData("""{"enum":[]}""", "#/enum")]
    [InlineData("""{"properties":{"x":{"type":"object","minProperties":2}}}""", "#/properties/x/minProperties")]
    [InlineData("false", "#")]
    [InlineData("3", "#")]
    public void What_cannot_be_promised_is_refused_by_its_place__E8(string schema, string path)
    {
        var refusal = Assert.Throws<GrammarException>(() => Of(schema));
        Assert.Equal(path, refusal.Path);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schema_that_only_names_itself_is_refused__E8() =>
        Assert.Contains("begins with itself", Assert.Throws<GrammarException>(() => Of("""{"$ref":"#"}""")).Message, StringComparison.Ordinal);

    [Fact]
    public void Alternatives_that_are_apart_may_be_one_of()
    {
        const string schema = """
            {"oneOf":[{"type":"object","properties":{"kind":{"const":"a"}},"required":["kind"]},
                      {"type":"object","properties":{"kind":{"const":"b"},"n":{"type":"integer"}},"required":["kind","n"]},
                      {"type":"null"}]}
            """;
        Assert.True(Words.Has(Of(schema), """{"kind":"b","n":3}"""));
        Assert.False(Words.Has(Of(schema), """{"kind":"a","n":3}"""));
        Assert.True(Words.Has(Of(schema), "null"));
    }

    private static Grammar Of(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        return JsonSchemaGrammar.Of(document.RootElement);
    }
}
