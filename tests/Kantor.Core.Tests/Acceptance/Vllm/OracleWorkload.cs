using System.IO.Compression;
using System.Text.Json;

namespace Kantor.Core.Tests.Acceptance.Vllm;

/// <summary>
/// One workload of the fixture: what it asks for, and what vLLM's own scheduler decided in each step (vllm-project/vllm 017e9f4448b7,
/// 2026-08-17: synchronous, one full-attention group). <c>Late</c> is the same scheduler with blocks findable only once they are computed.
/// </summary>
internal sealed record OracleWorkload(
    string Id,
    string Family,
    int BlockSize,
    string Policy,
    bool WholeFit,
    int LongPrefill,
    double Watermark,
    bool Chunked,
    int Blocks,
    int MaxTokens,
    int MaxSeqs,
    bool Caching,
    IReadOnlyList<OracleRequest> Requests)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly Lazy<IReadOnlyList<OracleWorkload>> Loaded = new(Load);

    public IReadOnlyList<string> Steps { get; private set; } = [];

    public IReadOnlyList<string> Late { get; private set; } = [];

    public static IReadOnlyList<OracleWorkload> All => Loaded.Value;

    public static OracleWorkload Of(string id) => All.Single(workload => workload.Id == id);

    private static IReadOnlyList<OracleWorkload> Load()
    {
        using var packed = typeof(OracleWorkload).Assembly.GetManifestResourceStream("vllm-conformance.json.gz")!;
        using var document = JsonDocument.Parse(new GZipStream(packed, CompressionMode.Decompress));
        return [.. document.RootElement.GetProperty("workloads").EnumerateArray().Select(Read)];
    }

    private static OracleWorkload Read(JsonElement entry)
    {
        var workload = entry.GetProperty("workload").Deserialize<OracleWorkload>(Json)!;
        (workload.Steps, workload.Late) = (Decisions(entry.GetProperty("vllm")), Decisions(entry.GetProperty("vllmLateCache")));
        return workload;
    }

    /// <summary>A step's decisions as one line; the fields are named as in the fixture.</summary>
    private static IReadOnlyList<string> Decisions(JsonElement run) => [.. run.GetProperty("steps").EnumerateArray().Select(step =>
        $"t={step.GetProperty("t")} s={step.GetProperty("s")} p={step.GetProperty("p")} a={step.GetProperty("a")} f={step.GetProperty("f")} e={step.GetProperty("e")}")];
}

/// <summary>One request of a workload: when it arrives, what it asks for, and how many tokens it generates.</summary>
internal sealed record OracleRequest(long Id, int Arrival, int[] Prompt, int Out, int Priority);
