using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kantor.Core.Randomness;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Streams;

public class Utf8AssemblerTests
{
    [Fact]
    public void Any_bytes_in_any_pieces_give_the_text_of_all_bytes_at_once__F4()
    {
        Prop.ForAll<byte[], int>((bytes, seed) =>
        {
            var (text, pieces) = Assemble(bytes, seed);
            Assert.Equal(Encoding.UTF8.GetString(bytes), text);
            Assert.All(pieces, piece => Assert.True(IsWhole(piece)));
        }).Holds(2_000);
    }

    [Fact]
    public void Valid_text_in_any_pieces_never_shows_a_replacement_character__F4()
    {
        var random = new RandomStream(4, "runes");
        for (var round = 0; round < 500; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 10).Select(_ => char.ConvertFromUtf32(random.NextInt(4) switch
            {
                0 => 'a' + random.NextInt(26),
                1 => 0xE0 + random.NextInt(0x100),
                2 => 0x4E00 + random.NextInt(0x1000),
                _ => 0x1F600 + random.NextInt(64),
            })));
            Assert.Equal(text, Assemble(Encoding.UTF8.GetBytes(text), round).Text);
        }
    }

    [Fact]
    public void A_character_cut_off_at_the_end_becomes_one_replacement_character_there()
    {
        var assembler = new Utf8Assembler();
        Assert.Equal("a", assembler.Append("a"u8).ToString());
        Assert.Equal("", assembler.Append([0xF0, 0x9F]).ToString());
        Assert.Equal("", assembler.Append([0x98]).ToString());
        Assert.Equal("\uFFFD", assembler.Finish().ToString());
    }

    private static (string Text, List<string> Pieces) Assemble(byte[] bytes, int seed)
    {
        var random = new RandomStream((ulong)seed, "pieces");
        var assembler = new Utf8Assembler();
        var pieces = new List<string>();
        for (var from = 0; from < bytes.Length;)
        {
            var count = Math.Min(random.NextInt(4), bytes.Length - from);
            pieces.Add(assembler.Append(bytes.AsSpan(from, count)).ToString());
            from += count;
        }

        pieces.Add(assembler.Finish().ToString());
        return (string.Concat(pieces), pieces);
    }

    private static bool IsWhole(string piece) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(piece)) == piece;
}
