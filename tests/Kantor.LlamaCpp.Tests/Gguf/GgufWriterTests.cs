using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp.Tests.Gguf;

public class GgufWriterTests
{
    [Fact]
    public void What_is_written_is_what_is_read()
    {
        using var file = new MemoryStream();
        var writer = new GgufWriter(file);
        writer.Add("general.architecture", "llama");
        writer.Add("general.name", "näme");
        writer.Add("x.real", 1.5f);
        writer.Add("x.flag", true);
        writer.Add("tokenizer.ggml.tokens", ["a", "b"]);
        writer.Add("tokenizer.ggml.scores", [1f, 2f]);
        writer.Add("tokenizer.ggml.token_type", [1, 1]);
        writer.DeclareTensor("t", GgufTensorType.Q8_0, 32, 3);
        writer.DeclareTensor("u", GgufTensorType.F32, 1);
        writer.WriteHead();
        writer.WriteTensor([new byte[34], new byte[68]]);
        writer.WriteTensor([new byte[4]]);
        file.Position = 0;
        GgufSummary summary = GgufPreflight.Check(file);
        Assert.Equal("näme", summary.Name);
        Assert.Equal(2, summary.VocabularySize);
        Assert.Equal(2, summary.TensorCount);
    }

    [Fact]
    public void A_tensor_of_another_length_than_declared_is_refused()
    {
        var writer = new GgufWriter(Stream.Null);
        writer.DeclareTensor("t", GgufTensorType.F32, 2);
        writer.DeclareTensor("u", GgufTensorType.F32, 2);
        writer.WriteHead();
        Assert.Throws<InvalidOperationException>(() => writer.WriteTensor([new byte[4]]));
        Assert.Throws<InvalidOperationException>(() => writer.WriteTensor([new byte[12]]));
        Assert.Throws<InvalidOperationException>(() => writer.WriteTensor([new byte[8]]));
    }

    [Fact]
    public void Nothing_can_be_added_behind_the_head()
    {
        var writer = new GgufWriter(Stream.Null);
        writer.WriteHead();
        Assert.Throws<InvalidOperationException>(() => writer.Add("k", "v"));
        Assert.Throws<InvalidOperationException>(writer.WriteHead);
    }

    [Fact]
    public void Rows_that_are_no_whole_blocks_are_refused() =>
        Assert.Throws<ArgumentException>(() => { new GgufWriter(Stream.Null).DeclareTensor("t", GgufTensorType.Q4_0, 33); });
}
