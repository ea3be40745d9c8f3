using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Tests.Json;

public class StrictJsonTests
{
    [Theory]
    [InlineData("""{"model":"a","model":"b"}""")]
    [InlineData("""{"model":"a","Model":"b"}""")]
    [InlineData("""{"x":[{"a":{"TEXT":1,"text":2}}]}""")]
    [InlineData("""{"model":"a","mod\u0065l":"b"}""")]
    public void C1_Keys_that_are_equal_apart_from_case_are_refused(string json) =>
        Assert.Equal(ErrorCodes.DuplicateKey, Fault(json).Code);

    [Fact]
    public void C1_Equal_keys_in_different_objects_are_fine() =>
        Assert.True(StrictJson.Parse("""{"a":{"k":1},"b":{"k":1},"c":[{"k":1},{"k":2}]}"""u8.ToArray()).IsValid);

    [Theory]
    [InlineData(33)]
    [InlineData(65)]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void C5_Nesting_beyond_32_is_refused(int depth)
    {
        Assert.Equal(ErrorCodes.InvalidJson, Fault(new string('[', depth) + new string(']', depth)).Code);
        Assert.Equal(ErrorCodes.InvalidJson, Fault(string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth)).Code);
    }

    [Fact]
    public void C5_Nesting_of_32_is_read() =>
        Assert.True(StrictJson.Parse(Encoding.UTF8.GetBytes(new string('[', 32) + new string(']', 32))).IsValid);

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_number_of_as_many_characters_as_may_be_is_read(int characters, bool isRead) =>
        Assert.Equal(isRead, StrictJson.Parse(Encoding.UTF8.GetBytes($"{{\"a\":0.{new string('5', characters - 2)}}}")).IsValid);

    [Theory]
    [InlineData(StrictJson.MembersMax, true)]
    [InlineData(StrictJson.MembersMax + 1, false)]
    public void An_object_of_as_many_members_as_may_be_is_read(int members, bool isRead) => Assert.Equal(
        isRead,
        StrictJson.Parse(Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, members).Select(key => $"\"k{key}\":0"))}}}")).IsValid);

    [Theory]
    [InlineData(new byte[] { 0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D })]
    [InlineData(new byte[] { 0x22, 0xC0, 0xAF, 0x22 })]
    [InlineData(new byte[] { 0x22, 0xED, 0xA0, 0x80, 0x22 })]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x7B, 0x7D })]
    [InlineData(new byte[] { 0x22, 0x00, 0x22 })]
    public void C6_Bytes_that_are_not_the_UTF8_of_a_JSON_document_are_refused(byte[] utf8)
    {
        var parsed = StrictJson.Parse(utf8);
        Assert.False(parsed.IsValid);
        Assert.Equal(ErrorCodes.InvalidJson, Assert.Single(parsed.Errors).Code);
    }

    [Fact]
    public void C6_Half_a_surrogate_pair_in_a_key_is_refused() => Assert.Equal(ErrorCodes.InvalidJson, Fault("""{"\ud800":1}""").Code);

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a":1}{"b":2}""")]
    [InlineData("""{"a":1} x""")]
    [InlineData("""{"a":1 /* no */}""")]
    [InlineData("// no\n{}")]
    [InlineData("{'a':1}")]
    [InlineData("{a:1}")]
    [InlineData("""{"a":NaN}""")]
    [InlineData("""{"a":+1}""")]
    [InlineData("""{"a":01}""")]
    public void C11_Anything_but_one_document_without_comments_and_trailing_commas_is_refused(string json) =>
        Assert.Equal(ErrorCodes.InvalidJson, Fault(json).Code);

    [Fact]
    public void C9_An_object_with_a_million_members_is_refused_in_linear_time()
    {
        var small = Allocated(100_000);
        var large = Allocated(1_000_000);
        Assert.True(large < small * 20, $"{small} and {large} bytes");

        static long Allocated(int members)
        {
            var json = Encoding.UTF8.GetBytes("{" + string.Join(',', Enumerable.Range(0, members).Select(i => $"\"k{i}\":1")) + "}");
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.False(StrictJson.Parse(json).IsValid);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Theory]
    [InlineData("1000000 digits")]
    [InlineData("exponent")]
    public void C10_Giant_numbers_are_refused(string kind)
    {
        var number = kind == "exponent" ? "1e" + new string('9', 10_000) : new string('7', 1_000_000);
        var fault = Fault($"{{\"seed\":{number}}}");
        Assert.Equal(ErrorCodes.InvalidJson, fault.Code);
        Assert.True(fault.Message.Length < 500);
    }

    [Fact]
    public void Every_sequence_of_bytes_gives_a_document_or_an_error_and_never_an_exception()
    {
        var jsonish = Gen.Elements("{", "}", "[", "]", ",", ":", "\"", "\\u", "d800", "0", "-", "1e9", "null", "true", "\"a\"", "\"A\"", " ", "\u0000", "é", "😀");
        var bodies = jsonish.ArrayOf().Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts)));
        var bytes = ArbMap.Default.GeneratorFor<byte[]>();
        Prop.ForAll(Gen.OneOf(bodies, bytes).ToArbitrary(), body =>
        {
            var parsed = StrictJson.Parse(body);
            Assert.Equal(parsed.IsValid, parsed.Errors.Count == 0);
            parsed.Value?.Dispose();
        }).Holds();
    }

    private static FieldError Fault(string json)
    {
        var parsed = StrictJson.Parse(Encoding.UTF8.GetBytes(json));
        Assert.False(parsed.IsValid, json.Length < 200 ? json : json[..200]);
        return Assert.Single(parsed.Errors);
    }
}
