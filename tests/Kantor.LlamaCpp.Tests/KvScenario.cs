using Kantor.Engine.Backends;

namespace Kantor.LlamaCpp.Tests;

/// <summary>A backend with short verbs for tests of the KV pool: decode runs of tokens, read the last row's logits, compare.</summary>
internal sealed class KvScenario(LlamaBackend backend) : IDisposable
{
    /// <summary>Rounding of single precision between different batch shapes; a wrong mask or position changes logits by more than 0.01.</summary>
    public const float Tolerance = 2e-4f;

    private readonly StepBatch _batch = new(backend.Info.BatchTokensMax);

    public LlamaBackend Backend => backend;

    /// <summary>Reproducible ordinary tokens.</summary>
    public static int[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(3, 900))];
    }

    /// <summary>Decodes <paramref name="tokens"/> from position <paramref name="from"/> on and returns the logits of the last row.</summary>
    public float[] Decode(int sequence, int from, params int[] tokens)
    {
        Assert.Equal(ExecuteStatus.Ok, TryDecode(sequence, from, tokens));
        return backend.Logits(tokens.Length - 1).ToArray();
    }

    public ExecuteStatus TryDecode(int sequence, int from, params int[] tokens)
    {
        _batch.Clear();
        for (int i = 0; i < tokens.Length; i++) _batch.Add(tokens[i], from + i, sequence, i == tokens.Length - 1);
        return backend.Execute(_batch);
    }

    /// <summary>Decodes several runs in one step and returns the logits of each run's last row.</summary>
    public float[][] DecodeTogether(params (int Sequence, int From, int[] Tokens)[] runs)
    {
        _batch.Clear();
        var last = new List<int>();
        foreach ((int sequence, int from, int[] tokens) in runs)
        {
            for (int i = 0; i < tokens.Length; i++) _batch.Add(tokens[i], from + i, sequence, i == tokens.Length - 1);
            last.Add(_batch.Count - 1);
        }

        Assert.Equal(ExecuteStatus.Ok, backend.Execute(_batch));
        return [.. last.Select(row => backend.Logits(row).ToArray())];
    }

    /// <summary>Logits after a fresh prefill of <paramref name="tokens"/> in an otherwise unused sequence, which is emptied again.</summary>
    public float[] Fresh(params int[] tokens)
    {
        int sequence = backend.Info.SequencesMax - 1;
        float[] logits = Decode(sequence, 0, tokens);
        Clear(sequence);
        return logits;
    }

    public void Clear(int sequence) => backend.RemoveCells(sequence, 0, int.MaxValue);

    public static float Difference(float[] a, float[] b) => a.Zip(b, (x, y) => MathF.Abs(x - y)).Max();

    public static void AssertSame(float[] expected, float[] actual) => Assert.InRange(Difference(expected, actual), 0, Tolerance);

    public static void AssertDifferent(float[] expected, float[] actual) => Assert.True(Difference(expected, actual) > 0.01f);

    public void Dispose() => backend.Dispose();
}
