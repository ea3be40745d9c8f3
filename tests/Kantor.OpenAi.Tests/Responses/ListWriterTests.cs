using System.Buffers;
using System.Runtime.InteropServices;
using Kantor.OpenAi.Responses;

namespace Kantor.OpenAi.Tests.Responses;

public class ListWriterTests
{
    [Fact]
    public void Embeddings_are_the_same_numbers_in_both_encodings()
    {
        float[] vector = [0.5f, -0.25f, 1e-8f];
        Assert.Equal(vector, Write(vector, asBase64: false)["data"]![0]!["embedding"]!.AsArray().Select(value => (float)value!));
        var bytes = Convert.FromBase64String((string)Write(vector, asBase64: true)["data"]![0]!["embedding"]!);
        Assert.Equal(vector, MemoryMarshal.Cast<byte, float>(bytes).ToArray());
    }

    [Fact]
    public void Models_are_a_list_with_their_context()
    {
        var buffer = new ArrayBufferWriter<byte>();
        ListWriter.WriteModels(buffer, [new ModelEntry("m", 7, 2048)]);
        Assert.Equal("""{"object":"list","data":[{"id":"m","object":"model","created":7,"owned_by":"kantor","max_model_len":2048}]}""", Bodies.Json(buffer.WrittenSpan).ToJsonString());
    }

    private static System.Text.Json.Nodes.JsonNode Write(float[] vector, bool asBase64)
    {
        var buffer = new ArrayBufferWriter<byte>();
        ListWriter.WriteEmbeddings(buffer, "m", [vector], asBase64, promptTokens: 3);
        return Bodies.Json(buffer.WrittenSpan);
    }
}
