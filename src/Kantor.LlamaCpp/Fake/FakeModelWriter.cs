using Kantor.Core.Randomness;
using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp.Fake;

/// <summary>
/// Writes Llama-architecture GGUF files with random weights: real shapes, real kernels, real tokenizer, meaningless text. They measure
/// speed and test mechanisms where no model can be downloaded.
/// </summary>
public static class FakeModelWriter
{
    /// <summary>Writes the file at <paramref name="path"/>, replacing it; a half-written file is removed on failure.</summary>
    /// <param name="spec">Shape; must have no <see cref="FakeModelSpec.Problems"/>.</param>
    /// <param name="path">Target file.</param>
    /// <param name="progress">Receives the written fraction, from 0 to 1.</param>
    /// <param name="cancellationToken">Checked between tensors.</param>
    /// <exception cref="ArgumentException">The shape breaks rules; the message lists all of them.</exception>
    public static void Write(
        FakeModelSpec spec, string path, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        RequireWritable(spec);
        string partial = path + ".part";
        try
        {
            using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                Write(spec, file, progress, cancellationToken);
            }

            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Writes the file's bytes to <paramref name="target"/>, front to back.</summary>
    /// <inheritdoc cref="Write(FakeModelSpec, string, IProgress{double}?, CancellationToken)"/>
    public static void Write(
        FakeModelSpec spec, Stream target, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        RequireWritable(spec);
        var writer = new GgufWriter(target);
        AddArchitecture(writer, spec);
        FakeVocabulary.Write(writer, spec);
        List<Tensor> tensors = Tensors(spec);
        long[] bytes = [.. tensors.Select(t => writer.DeclareTensor(t.Name, t.Type, t.Dimensions))];
        writer.WriteHead();
        double total = bytes.Sum();
        long done = 0;
        for (int i = 0; i < tensors.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.WriteTensor(tensors[i].Deviation is float deviation
                ? FakeWeights.Random(tensors[i].Type, bytes[i], deviation, TensorSeed(spec.Seed, i))
                : FakeWeights.Ones((int)tensors[i].Dimensions[0]));
            progress?.Report((done += bytes[i]) / total);
        }
    }

    private static void RequireWritable(FakeModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        IReadOnlyList<string> problems = spec.Problems();
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems), nameof(spec));
    }

    private static void AddArchitecture(GgufWriter writer, FakeModelSpec spec)
    {
        writer.Add("general.architecture", "llama");
        writer.Add("general.name", spec.Name);
        writer.Add("general.quantization_version", 2u);
        writer.Add("general.file_type", spec.Type switch
        {
            FakeWeightType.F32 => 0u,
            FakeWeightType.F16 => 1u,
            FakeWeightType.Q4 => 2u,
            _ => 7u,
        });
        writer.Add("llama.vocab_size", (uint)spec.Vocabulary);
        writer.Add("llama.context_length", (uint)spec.ContextTokens);
        writer.Add("llama.embedding_length", (uint)spec.Width);
        writer.Add("llama.block_count", (uint)spec.Layers);
        writer.Add("llama.feed_forward_length", (uint)spec.FeedForward);
        writer.Add("llama.attention.head_count", (uint)spec.Heads);
        writer.Add("llama.attention.head_count_kv", (uint)spec.KvHeads);
        writer.Add("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        writer.Add("llama.rope.dimension_count", (uint)(spec.Width / spec.Heads));
        writer.Add("llama.rope.freq_base", 10000f);
    }

    // Deviations keep every activation near 1 (fan-in rule; residual branches divided by the depth), so logits stay finite at any depth.
    // The output shares the embedding, whose deviation makes logits of deviation 2: peaked enough that greedy choices are stable.
    private static List<Tensor> Tensors(FakeModelSpec spec)
    {
        long width = spec.Width, ffn = spec.FeedForward, kvWidth = width / spec.Heads * spec.KvHeads;
        GgufTensorType type = spec.TensorType;
        float input = 1 / MathF.Sqrt(width);
        float branch = 1 / MathF.Sqrt(2f * spec.Layers);
        var tensors = new List<Tensor> { new("token_embd.weight", type, 2 * input, width, spec.Vocabulary) };
        for (int layer = 0; layer < spec.Layers; layer++)
        {
            string prefix = FormattableString.Invariant($"blk.{layer}.");
            tensors.Add(new(prefix + "attn_norm.weight", GgufTensorType.F32, null, width));
            tensors.Add(new(prefix + "attn_q.weight", type, input, width, width));
            tensors.Add(new(prefix + "attn_k.weight", type, input, width, kvWidth));
            tensors.Add(new(prefix + "attn_v.weight", type, input, width, kvWidth));
            tensors.Add(new(prefix + "attn_output.weight", type, input * branch, width, width));
            tensors.Add(new(prefix + "ffn_norm.weight", GgufTensorType.F32, null, width));
            tensors.Add(new(prefix + "ffn_gate.weight", type, input, width, ffn));
            tensors.Add(new(prefix + "ffn_up.weight", type, input, width, ffn));
            tensors.Add(new(prefix + "ffn_down.weight", type, branch / MathF.Sqrt(ffn), ffn, width));
        }

        tensors.Add(new("output_norm.weight", GgufTensorType.F32, null, width));
        return tensors;
    }

    private static ulong TensorSeed(ulong seed, int tensor) => new RandomStream(seed ^ ((ulong)(tensor + 1) << 32), "").NextBits();

    private sealed record Tensor(string Name, GgufTensorType Type, float? Deviation, params long[] Dimensions);
}
