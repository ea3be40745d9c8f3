using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Accuracy.Runs;

/// <summary>A measured run of requests: lengths, arrivals and token times, and what the engine was told.</summary>
internal sealed record MeasuredRun
{
    public required string File { get; init; }

    public required string Model { get; init; }

    public required string Gpu { get; init; }

    public required RunSettings Settings { get; init; }

    public required IReadOnlyList<MeasuredRequest> Requests { get; init; }
}

/// <summary>One measured request, in milliseconds.</summary>
/// <param name="ArrivalMs">When it came, from the first arrival.</param>
/// <param name="Prompt">Tokens of its prompt.</param>
/// <param name="Output">Tokens of its answer.</param>
/// <param name="TtftMs">From when the engine's loop took it up to its first token.</param>
/// <param name="ArrivalTtftMs">From when it came to its first token; null where that is not recorded.</param>
/// <param name="TpotMs">Mean distance of the further tokens; null for an answer of one token.</param>
internal readonly record struct MeasuredRequest(double ArrivalMs, int Prompt, int Output, double TtftMs, double? ArrivalTtftMs, double? TpotMs);

/// <summary>What a run's metadata says of its engine.</summary>
internal sealed record RunSettings(
    string Model, string? Gpu, int TensorParallel, int DataParallel, bool ExpertParallel, int RunningMax, int? StepTokensMax, string? Quantization, string KvDtype, string? Version, long? KvBlocks, int? BlockSizeTokens, double? MemoryShare)
{
    /// <summary>The model's shape where the metadata gives it; null where only the name is known.</summary>
    public ModelShape? Shape { get; init; }
}

/// <summary>Reads runs in LLMServingSim's format: <c>NAME__requests.jsonl</c> with <c>NAME__meta.json</c> beside it, or a <c>.yaml</c> of the same name.</summary>
internal static class RunFolder
{
    private const string RequestsSuffix = "requests.jsonl";

    public static bool IsRun(string path) => Plain(path).EndsWith(RequestsSuffix, StringComparison.Ordinal);

    public static MeasuredRun Read(string path)
    {
        var stem = Plain(path)[..^RequestsSuffix.Length];
        var settings = ReadSettings(stem);
        return new MeasuredRun { File = path, Model = settings.Model, Gpu = settings.Gpu ?? GpuOf(stem), Settings = settings, Requests = ReadRequests(path) };
    }

    /// <summary>The part of the file's name, or the nearest folder, that names a device.</summary>
    private static string GpuOf(string stem)
    {
        var names = Path.GetFileName(stem).Split("__").Concat(Path.GetFullPath(stem).Split(Path.DirectorySeparatorChar).Reverse()).ToList();
        return names.FirstOrDefault(name => GpuProfiles.TryFind(name) is not null) ?? names.First(name => name.Length > 0);
    }

    /// <summary>
    /// The requests by arrival. An engine's loop writes <c>queued_ts</c> when it takes a request up, between two steps, and not when the request
    /// came: half a step later on average. Where the file has <c>arrival_time</c>, on a clock of its own, the request that waited least for the
    /// loop tells how far the clocks are apart, and requests arrive when they did; else they arrive when they are taken up.
    /// </summary>
    private static List<MeasuredRequest> ReadRequests(string path)
    {
        var requests = new List<(double? Arrival, double Queued, int Prompt, int Output, double First, double? Tpot)>();
        using var reader = new StreamReader(Open(path));
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.Length == 0) continue;
            using var document = Parse(text, $"{path}, line {line}");
            var request = document.RootElement;
            var (queued, first, last) = (Number(request, "queued_ts", path), Number(request, "first_token_ts", path), Number(request, "last_token_ts", path));
            var (output, arrival) = ((int)Number(request, "output_toks", path), request.TryGetProperty("arrival_time", out var time) && time.ValueKind == JsonValueKind.Number && time.TryGetDouble(out var s) ? s : (double?)null);
            requests.Add((arrival, queued, (int)Number(request, "input_toks", path), output, first, output > 1 ? (last - first) * 1e3 / (output - 1) : null));
        }

        if (requests.Count == 0) throw new FormatException($"{path} holds no request.");
        var clocksApart = requests.All(request => request.Arrival is not null) ? requests.Min(request => request.Queued - request.Arrival!.Value) : (double?)null;
        double ArrivalOf((double? Arrival, double Queued, int, int, double, double?) request) => clocksApart is { } apart ? request.Arrival!.Value + apart : request.Queued;
        var start = requests.Min(ArrivalOf);
        return
        [
            .. from request in requests
               let arrival = ArrivalOf(request)
               orderby arrival
               select new MeasuredRequest((arrival - start) * 1e3, request.Prompt, request.Output, (request.First - request.Queued) * 1e3, clocksApart is null ? null : (request.First - arrival) * 1e3, request.Tpot),
        ];
    }

    private static RunSettings ReadSettings(string stem)
    {
        foreach (var candidate in new[] { stem + "meta.json", stem + "meta.json.gz" })
        {
            if (!File.Exists(candidate)) continue;
            using var reader = new StreamReader(Open(candidate));
            using var document = Parse(reader.ReadToEnd(), candidate);
            var root = document.RootElement;
            return From(key => Find(root, key));
        }

        foreach (var candidate in new[] { stem.TrimEnd('_', '-', '.') + ".yaml", stem + "meta.yaml", stem + "requests.yaml", stem + "run.yaml" })
        {
            if (File.Exists(candidate)) return From(FlatYaml(candidate));
        }

        var name = Path.GetFileName(stem);
        throw new FormatException($"{stem}{RequestsSuffix} has neither {name}meta.json nor {name}meta.yaml beside it; the YAML needs at least 'model:', and 'gpu:' where no folder names it.");
    }

    private static RunSettings From(Func<string, string?> value) => new(
        value("model") ?? throw new FormatException("The run's metadata names no model."),
        value("gpu") ?? value("hardware"),
        Whole(value("tensor_parallel_size")) ?? 1,
        Whole(value("data_parallel_size")) ?? 1,
        string.Equals(value("enable_expert_parallel"), "true", StringComparison.OrdinalIgnoreCase),
        Whole(value("max_num_seqs")) ?? 256,
        Whole(value("max_num_batched_tokens")),
        value("quantization"),
        value("kv_cache_dtype") ?? "auto",
        value("vllm_version"),
        Whole(value("num_gpu_blocks")) ?? Whole(value("num_gpu_blocks_override")),
        Whole(value("block_size")),
        double.TryParse(value("gpu_memory_utilization"), CultureInfo.InvariantCulture, out var share) ? share : null)
    {
        Shape = ShapeOf(value),
    };

    /// <summary>A shape in the names of checkpoints' configuration files; null when the number of layers is not given.</summary>
    private static ModelShape? ShapeOf(Func<string, string?> value)
    {
        if (Whole(value("num_hidden_layers")) is not { } layers) return null;
        int Need(string key) => Whole(value(key)) ?? throw new FormatException($"The run's metadata has num_hidden_layers but no {key}.");
        var (hidden, heads) = (Need("hidden_size"), Need("num_attention_heads"));
        var experts = Whole(value("num_experts")) ?? Whole(value("num_local_experts")) ?? 0;
        return new ModelShape
        {
            Name = value("model") ?? "model",
            Layers = layers,
            HiddenSize = hidden,
            Heads = heads,
            KvHeads = Whole(value("num_key_value_heads")) ?? heads,
            HeadSize = Whole(value("head_dim")) ?? hidden / heads,
            FfnSize = experts > 0 ? 0 : Need("intermediate_size"),
            Experts = experts,
            ExpertsPerToken = experts > 0 ? Need("num_experts_per_tok") : 0,
            ExpertFfnSize = experts > 0 ? Whole(value("moe_intermediate_size")) ?? Need("intermediate_size") : 0,
            VocabularySize = Need("vocab_size"),
            TiedEmbeddings = string.Equals(value("tie_word_embeddings"), "true", StringComparison.OrdinalIgnoreCase),
        };
    }

    private static int? Whole(string? text) => int.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>The value of a key, of the outermost object that has one.</summary>
    private static string? Find(JsonElement element, string key)
    {
        if (element.TryGetProperty(key, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)) return value.ToString();
        return element.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Object)
            .Select(property => Find(property.Value, key)).FirstOrDefault(found => found is not null);
    }

    /// <summary>Lines of <c>key: value</c>; that is all such a file needs.</summary>
    private static Func<string, string?> FlatYaml(string path)
    {
        var values = File.ReadLines(path)
            .Select(line => line.Split('#')[0].Split(':', 2))
            .Where(parts => parts.Length == 2 && parts[1].Trim().Length > 0)
            .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim().Trim('"', '\''), StringComparer.Ordinal);
        return key => values.GetValueOrDefault(key);
    }

    private static double Number(JsonElement element, string key, string path) =>
        element.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw new FormatException($"{path}: a request has no number '{key}'.");

    private static JsonDocument Parse(string text, string where)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException exception)
        {
            throw new FormatException($"{where}: {exception.Message}", exception);
        }
    }

    private static string Plain(string path) => path.EndsWith(".gz", StringComparison.Ordinal) ? path[..^3] : path;

    private static Stream Open(string path) =>
        path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : File.OpenRead(path);
}
