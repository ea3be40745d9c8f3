using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Kantor.OpenAi.Errors;

namespace Kantor.OpenAi.Tests.Errors;

public class QuotedTextTests
{
    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("a\r\nb", "'a\\u000d\\u000ab'")]
    [InlineData("\u001b[31mred", "'\\u001b[31mred'")]
    [InlineData("it's", "'it\\u0027s'")]
    [InlineData("\u202Eabc", "'\\u202eabc'")]
    public void C12_Control_codes_quotes_and_everything_beyond_ASCII_are_escaped(string text, string shown) =>
        Assert.Equal(shown, QuotedText.Of(text));

    [Fact]
    public void C12_Long_text_is_cut() => Assert.Equal($"'{new string('x', 64)}...'", QuotedText.Of(new string('x', 1_000_000)));

    [Fact]
    public void C12_Any_text_becomes_one_short_line_of_printable_ASCII() =>
        Prop.ForAll<string>(text =>
        {
            var shown = QuotedText.Of(text ?? "");
            Assert.All(shown, c => Assert.InRange(c, ' ', '~'));
            Assert.True(shown.Length <= (6 * QuotedText.LengthMax) + 5);
        }).Holds();

    [Theory]
    [InlineData("\u001b[31m\r\nforged: line")]
    [InlineData("\u0007")]
    public void C12_A_hostile_field_name_comes_back_as_one_harmless_line_of_valid_JSON(string name)
    {
        var parsed = Bodies.ChatWith($"{JsonSerializer.Serialize(name)}:1");
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        ApiError.BadRequest(parsed.Errors).WriteTo(buffer);

        var error = Bodies.Json(buffer.WrittenSpan)["error"]!;
        Assert.Equal(ErrorCodes.UnknownParameter, (string?)error["code"]);
        Assert.All((string)error["message"]!, c => Assert.InRange(c, ' ', '~'));
        Assert.All((string)error["param"]!, c => Assert.InRange(c, ' ', '~'));
    }

    [Fact]
    public void C12_A_field_name_of_a_megabyte_gives_a_short_error()
    {
        var error = Assert.Single(Bodies.ChatWith($"\"{new string('x', 1_000_000)}\":1").Errors);
        Assert.True(error.Message.Length < 300);
        Assert.True(error.Param!.Length < 100);
    }
}
