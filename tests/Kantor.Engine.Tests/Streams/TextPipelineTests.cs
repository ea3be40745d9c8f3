using System.Text;
using Kantor.Core.Randomness;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Streams;

public class TextPipelineTests
{
    [Fact]
    public void A_stop_text_inside_a_character_of_several_tokens_is_found__D12()
    {
        var pipeline = new TextPipeline(new ScriptedTokenizer(), ["😀"]);
        var text = new StringBuilder();
        foreach (var value in Encoding.UTF8.GetBytes("fine 😀 not"))
        {
            text.Append(pipeline.Append(value));
            if (pipeline.HasStopped) break;
        }

        text.Append(pipeline.Finish());
        Assert.Equal("fine ", text.ToString());
        Assert.True(pipeline.HasStopped);
    }

    [Fact]
    public void The_pieces_of_a_stream_are_the_text_of_the_whole()
    {
        var random = new RandomStream(9, "pipeline");
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = Enumerable.Range(0, 30).Select(_ => (byte)(random.NextInt(3) == 0 ? random.NextInt(256) : 'a' + random.NextInt(3))).ToArray();
            var pipeline = new TextPipeline(new ScriptedTokenizer(), ["abc"]);
            var text = string.Concat(bytes.Select(value => pipeline.Append(value))) + pipeline.Finish();
            var whole = Encoding.UTF8.GetString(bytes);
            Assert.Equal(whole.IndexOf("abc", StringComparison.Ordinal) is >= 0 and var at ? whole[..at] : whole, text);
        }
    }
}
