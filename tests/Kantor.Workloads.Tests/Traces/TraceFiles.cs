using System.IO.Compression;
using System.Text;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Tests.Traces;

/// <summary>Traces made of text.</summary>
internal static class TraceFiles
{
    public const string AzureHeader = "TIMESTAMP,ContextTokens,GeneratedTokens";

    public static string Row(long timestamp, int input = 600, int output = 20, string ids = "0,1") =>
        $$"""{"timestamp": {{timestamp}}, "input_length": {{input}}, "output_length": {{output}}, "hash_ids": [{{ids}}]}""";

    public static byte[] Bytes(params string[] lines) => Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));

    public static byte[] Gzip(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(content);
        return compressed.ToArray();
    }

    public static Trace Load(byte[] content, TraceReadOptions? options = null) =>
        Trace.Load(TraceReader.Open(new MemoryStream(content), "trace.file", options ?? new TraceReadOptions()));

    public static string ErrorOf(byte[] content, TraceReadOptions? options = null) =>
        Assert.Throws<TraceException>(() => Load(content, options)).Message;
}
