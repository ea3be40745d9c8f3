using System.Text;
using System.Text.Json;
using Kantor.Core.Randomness;
using Kantor.OpenAi.Responses;
using Kantor.Server.Tools;

namespace Kantor.Server.Tests.Tools;

public class ToolCallReaderTests
{
    [Fact]
    public void Wherever_the_pieces_are_cut_text_and_calls_are_the_same__E12() => TestSeed.Each(200, seed =>
    {
        var random = new RandomStream(seed, "calls");
        var text = ((string[])["", "I look it up.", "a < b <tool_ <<tool_call", "\n"])[random.NextInt(4)];
        var expected = Enumerable.Range(0, random.NextInt(4)).Select(_ => (Name: $"f{random.NextInt(3)}", Arguments: Arguments(random))).ToArray();
        var calls = expected.Select(call =>
            $"{ToolText.CallStart}{ToolText.NameStart}{call.Name}{ToolText.ArgumentsStart}{call.Arguments}{ToolText.CallEnd}");
        var (read, pieces) = Read(text + string.Join('\n', calls), random);
        Assert.Equal(text, read);
        var whole = pieces.GroupBy(piece => piece.Index).Select(call => (call.First().Name!, string.Concat(call.Select(piece => piece.Arguments))));
        Assert.Equal(expected, whole);
        Assert.All(pieces.GroupBy(piece => piece.Index), call => Assert.Single(call, piece => piece.Id is not null));
    });

    [Theory]
    [InlineData("<tool_call", "<tool_call", 0)]
    [InlineData("x<tool_call>", "x", 0)]
    [InlineData("<tool_call>\n{\"name\": \"f\", \"arguments\": ", "", 1)]
    [InlineData("<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": \"}", "", 1)]
    public void An_answer_that_is_cut_short_keeps_what_it_has(string answer, string text, int calls)
    {
        var (read, pieces) = Read(answer, new RandomStream(1, "cut"));
        Assert.Equal(text, read);
        Assert.Equal(calls, pieces.Select(piece => piece.Index).Distinct().Count());
    }

    private static (string Text, List<CallPiece> Calls) Read(string answer, RandomStream random)
    {
        var (reader, text, calls) = (new ToolCallReader(), new StringBuilder(), new List<CallPiece>());
        for (var from = 0; from < answer.Length;)
        {
            var length = Math.Min(answer.Length - from, 1 + random.NextInt(12));
            reader.Append(answer.Substring(from, length), text, calls);
            from += length;
        }

        reader.Finish(text);
        return (text.ToString(), calls);
    }

    private static string Arguments(RandomStream random) => JsonSerializer.Serialize(new
    {
        text = ((string[])["", "}\n</tool_call>", "a\"b\\", "{[", "ä"])[random.NextInt(5)],
        list = new[] { random.NextInt(9), random.NextInt(9) },
        inner = new { x = "]}" },
    });
}
