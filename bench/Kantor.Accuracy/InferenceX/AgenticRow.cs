using System.IO.Compression;
using System.Text.Json;

namespace Kantor.Accuracy.InferenceX;

/// <summary>One run of InferenceX's agentic replay: so many users in a closed loop on one deployment, for half an hour. Times in milliseconds.</summary>
internal sealed record AgenticRow
{
    private const string Marker = "\"offload_mode\"";

    public required string Id { get; init; }

    public required string Model { get; init; }

    public required string Gpu { get; init; }

    public required string Engine { get; init; }

    public required string Precision { get; init; }

    public required int TensorParallel { get; init; }

    public required int ExpertParallel { get; init; }

    public required int Users { get; init; }

    /// <summary>Whether KV that the device has no room for is kept in host memory.</summary>
    public required bool Offloads { get; init; }

    public required int Completed { get; init; }

    public required double DurationS { get; init; }

    public required double TtftMedianMs { get; init; }

    public required double ItlMedianMs { get; init; }

    public required double OutputTokensPerS { get; init; }

    public required double PromptTokensMean { get; init; }

    public required double OutputTokensMean { get; init; }

    /// <summary>Part of the prompts' tokens that was found in the device's cache; null where the server did not say.</summary>
    public required double? DeviceHitRate { get; init; }

    /// <summary>Part that was found in host memory; null where the server did not say.</summary>
    public required double? HostHitRate { get; init; }

    /// <summary>Whether a file holds such rows.</summary>
    public static bool IsAgentic(string path)
    {
        if (!path.EndsWith(".jsonl", StringComparison.Ordinal) && !path.EndsWith(".jsonl.gz", StringComparison.Ordinal)) return false;
        using var reader = Open(path);
        return reader.ReadLine()?.Contains(Marker, StringComparison.Ordinal) == true;
    }

    /// <summary>The rows of a file.</summary>
    /// <exception cref="FormatException">A line is malformed; the message names it.</exception>
    public static List<AgenticRow> ReadAll(string path)
    {
        var rows = new List<AgenticRow>();
        using var reader = Open(path);
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.Length == 0) continue;
            try
            {
                using var document = JsonDocument.Parse(text);
                rows.Add(Of(document.RootElement));
            }
            catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new FormatException($"{path}, line {line}: {wrong.Message}", wrong);
            }
        }

        return rows;
    }

    private static AgenticRow Of(JsonElement row) => new()
    {
        Id = $"tp{row.GetProperty("tp").GetInt32()} users{row.GetProperty("users").GetInt32()} offload {row.GetProperty("offload_mode").GetString()}",
        Model = row.GetProperty("model").GetString() ?? "",
        Gpu = row.GetProperty("hw").GetString() ?? "",
        Engine = row.GetProperty("framework").GetString() ?? "",
        Precision = row.GetProperty("precision").GetString() ?? "",
        TensorParallel = row.GetProperty("tp").GetInt32(),
        ExpertParallel = row.GetProperty("ep").GetInt32(),
        Users = row.GetProperty("users").GetInt32(),
        Offloads = row.GetProperty("offload_mode").GetString() == "on",
        Completed = row.GetProperty("num_requests_successful").GetInt32(),
        DurationS = row.GetProperty("duration_seconds").GetDouble(),
        TtftMedianMs = 1e3 * row.GetProperty("median_ttft").GetDouble(),
        ItlMedianMs = 1e3 * row.GetProperty("median_itl").GetDouble(),
        OutputTokensPerS = row.GetProperty("output_tput_tps").GetDouble(),
        PromptTokensMean = row.GetProperty("mean_input_tokens").GetDouble(),
        OutputTokensMean = row.GetProperty("mean_output_tokens_actual").GetDouble(),
        DeviceHitRate = Optional(row, "server_gpu_cache_hit_rate"),
        HostHitRate = Optional(row, "server_cpu_cache_hit_rate"),
    };

    private static double? Optional(JsonElement row, string key) => row.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static StreamReader Open(string path)
    {
        var file = File.OpenRead(path);
        return new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
    }
}
