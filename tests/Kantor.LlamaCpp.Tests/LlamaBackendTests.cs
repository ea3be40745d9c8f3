using Kantor.Engine.Backends;
using Kantor.LlamaCpp.Library;

namespace Kantor.LlamaCpp.Tests;

public class LlamaBackendTests
{
    [Fact]
    public void Logits_of_a_decoded_row_are_finite_and_depend_on_the_token()
    {
        using LlamaBackend backend = FakeModels.OpenExact();
        var batch = new StepBatch(8);
        batch.Add(token: 70, position: 0, sequence: 0, wantsLogits: true);
        batch.Add(token: 71, position: 0, sequence: 1, wantsLogits: true);
        Assert.Equal(ExecuteStatus.Ok, backend.Execute(batch));
        float[] first = backend.Logits(0).ToArray();
        float[] second = backend.Logits(1).ToArray();
        Assert.Equal(backend.Info.VocabularySize, first.Length);
        Assert.All(first, l => Assert.True(float.IsFinite(l)));
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void Info_tells_what_was_loaded()
    {
        using LlamaBackend backend = FakeModels.OpenExact(kvTokens: 300, sequences: 17, batch: 33, microBatch: 16);
        Assert.Equal("kantor-fake", backend.Info.ModelName);
        Assert.Equal(FakeModels.Exact.Vocabulary, backend.Info.VocabularySize);
        Assert.Equal(FakeModels.Exact.ContextTokens, backend.Info.ContextTokensMax);
        Assert.Equal(512, backend.Info.KvTokensTotal);
        Assert.Equal(17, backend.Info.SequencesMax);
        Assert.Equal(33, backend.Info.BatchTokensMax);
        Assert.Equal(FakeModels.Exact.Width, backend.Info.EmbeddingSize);
    }

    [Fact]
    public void Two_hundred_and_fifty_six_sequences_decode_in_one_step()
    {
        using LlamaBackend backend = FakeModels.OpenExact(sequences: 256);
        var batch = new StepBatch(256);
        for (int s = 0; s < 256; s++) batch.Add(3 + s, 0, s, true);
        Assert.Equal(ExecuteStatus.Ok, backend.Execute(batch));
        Assert.NotEqual(backend.Logits(0).ToArray(), backend.Logits(255).ToArray());
    }

    [Fact]
    public void Every_row_of_one_sequence_may_ask_for_its_logits()
    {
        using LlamaBackend backend = FakeModels.OpenExact();
        var batch = new StepBatch(16);
        for (int i = 0; i < 16; i++) batch.Add(50 + i, i, 0, true);
        Assert.Equal(ExecuteStatus.Ok, backend.Execute(batch));
        float[] tenth = backend.Logits(9).ToArray();
        using KvScenario s = new(FakeModels.OpenExact());
        KvScenario.AssertSame(s.Fresh([.. Enumerable.Range(50, 10)]), tenth);
    }

    [Fact]
    public void Logits_may_be_overwritten_by_the_caller()
    {
        using LlamaBackend backend = FakeModels.OpenExact();
        var batch = new StepBatch(1);
        batch.Add(5, 0, 0, true);
        backend.Execute(batch);
        backend.Logits(0).Fill(float.NaN);
        batch.Clear();
        batch.Add(6, 1, 0, true);
        Assert.Equal(ExecuteStatus.Ok, backend.Execute(batch));
        Assert.True(float.IsFinite(backend.Logits(0)[0]));
    }

    [Fact]
    public void Logits_that_are_no_numbers_reach_the_caller()
    {
        string path = FakeModels.PathOf("not-a-number.gguf");
        byte[] bytes = File.ReadAllBytes(FakeModels.Gpt2);
        // The last tensor is the output norm: 64 ones.
        for (int i = bytes.Length - 256; i < bytes.Length; i += 4) BitConverter.TryWriteBytes(bytes.AsSpan(i), float.NaN);
        File.WriteAllBytes(path, bytes);
        using LlamaBackend backend = FakeModels.OpenExact(path);
        var batch = new StepBatch(1);
        batch.Add(5, 0, 0, true);
        Assert.Equal(ExecuteStatus.Ok, backend.Execute(batch));
        Assert.All(backend.Logits(0).ToArray(), l => Assert.True(float.IsNaN(l)));
    }

    [Fact]
    public void Logits_of_a_row_that_did_not_ask_are_refused()
    {
        using LlamaBackend backend = FakeModels.OpenExact();
        var batch = new StepBatch(2);
        batch.Add(5, 0, 0, false);
        batch.Add(6, 1, 0, true);
        Assert.Throws<InvalidOperationException>(() => { _ = backend.Logits(0); });
        backend.Execute(batch);
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = backend.Logits(0); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = backend.Logits(2); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = backend.Logits(-1); });
    }

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(1024, 0, 0)]
    [InlineData(int.MaxValue, 0, 0)]
    [InlineData(5, -1, 0)]
    [InlineData(5, 0, -1)]
    [InlineData(5, 0, 64)]
    public void A_row_outside_vocabulary_positions_or_sequences_is_refused(int token, int position, int sequence)
    {
        using LlamaBackend backend = FakeModels.OpenExact(sequences: 64);
        var batch = new StepBatch(1);
        batch.Add(token, position, sequence, true);
        Assert.Equal(ExecuteStatus.InvalidBatch, backend.Execute(batch));
        batch.Clear();
        batch.Add(5, 0, 0, true);
        Assert.Equal(ExecuteStatus.Ok, backend.Execute(batch));
    }

    [Fact]
    public void A_batch_larger_than_the_limit_is_refused_and_one_of_its_size_runs()
    {
        using LlamaBackend backend = FakeModels.OpenExact(batch: 32, microBatch: 8);
        var batch = new StepBatch(33);
        for (int i = 0; i < 33; i++) batch.Add(5 + i, i, 0, i == 32);
        Assert.Equal(ExecuteStatus.InvalidBatch, backend.Execute(batch));
        batch.Clear();
        for (int i = 0; i < 32; i++) batch.Add(5 + i, i, 0, i == 31);
        Assert.Equal(ExecuteStatus.Ok, backend.Execute(batch));
    }

    [Fact]
    public void A_batch_larger_than_the_whole_pool_finds_no_room()
    {
        using KvScenario s = new(FakeModels.OpenExact(kvTokens: 256, sequences: 256, batch: 1024, microBatch: 512));
        Assert.Equal(1024, s.Backend.Info.BatchTokensMax);
        Assert.Equal(ExecuteStatus.NoKvSlot, s.TryDecode(0, 0, KvScenario.Tokens(257, 1)));
        Assert.Equal(ExecuteStatus.Ok, s.TryDecode(0, 0, KvScenario.Tokens(256, 1)));
    }

    [Fact]
    public void More_sequences_than_batch_rows_are_allowed()
    {
        using KvScenario s = new(FakeModels.OpenExact(sequences: 256, batch: 1, microBatch: 1));
        for (int i = 0; i < 256; i++) Assert.Equal(ExecuteStatus.Ok, s.TryDecode(i, 0, 5));
    }

    [Fact]
    public void An_empty_batch_is_done_at_once()
    {
        using LlamaBackend backend = FakeModels.OpenExact();
        Assert.Equal(ExecuteStatus.Ok, backend.Execute(new StepBatch(1)));
    }

    [Theory]
    [InlineData(0, ExecuteStatus.Ok)]
    [InlineData(1, ExecuteStatus.NoKvSlot)]
    [InlineData(2, ExecuteStatus.Aborted)]
    [InlineData(-1, ExecuteStatus.InvalidBatch)]
    [InlineData(-2, ExecuteStatus.Fatal)]
    [InlineData(-3, ExecuteStatus.Fatal)]
    [InlineData(3, ExecuteStatus.Fatal)]
    public void Every_return_value_of_the_library_has_a_status__G11(int result, ExecuteStatus status) =>
        Assert.Equal(status, LlamaBackend.ToStatus(result));

    [Fact]
    public void An_aborted_step_takes_its_rows_back_and_the_next_one_runs__G11()
    {
        using KvScenario s = new(FakeModels.OpenExact(microBatch: 16));
        int[] prompt = KvScenario.Tokens(20, 1), more = KvScenario.Tokens(100, 2);
        s.Decode(0, 0, prompt);
        s.Backend.RequestAbort();
        Assert.Equal(ExecuteStatus.Aborted, s.TryDecode(0, 20, more));
        Assert.Equal((0, 19), s.Backend.Positions(0));
        KvScenario.AssertSame(s.Fresh([.. prompt, .. more]), s.Decode(0, 20, more));
    }

    [Fact]
    public void An_abort_from_another_thread_leaves_all_of_the_step_or_nothing__G25()
    {
        using KvScenario s = new(FakeModels.OpenExact(kvTokens: 1024, batch: 1024, microBatch: 16));
        int[] prompt = KvScenario.Tokens(10, 1), more = KvScenario.Tokens(800, 2);
        s.Decode(0, 0, prompt);
        for (int round = 0; round < 20; round++)
        {
            using var started = new Barrier(2);
            int delay = 200 << (round / 2);
            var aborter = new Thread(() =>
            {
                started.SignalAndWait();
                Thread.SpinWait(delay);
                s.Backend.RequestAbort();
            });
            aborter.Start();
            started.SignalAndWait();
            ExecuteStatus status = s.TryDecode(0, 10, more);
            aborter.Join();
            Assert.Equal(status == ExecuteStatus.Ok ? (0, 809) : (0, 9), s.Backend.Positions(0));
            Assert.True(status is ExecuteStatus.Ok or ExecuteStatus.Aborted);
            // An abort that came too late ends this one instead.
            if (status == ExecuteStatus.Ok) Assert.Equal(ExecuteStatus.Aborted, s.TryDecode(1, 0, 5));
            s.Backend.RemoveCells(0, 10, int.MaxValue);
        }

        KvScenario.AssertSame(s.Fresh([.. prompt, 7]), s.Decode(0, 10, 7));
    }

    [Fact]
    public void A_second_thread_is_refused_while_info_logits_and_tokenizer_are_not__G24()
    {
        using KvScenario s = new(FakeModels.OpenExact());
        s.Decode(0, 0, 5);
        Exception?[] caught = new Exception?[5];
        var other = new Thread(() =>
        {
            caught[0] = Record.Exception(() => { s.Backend.Execute(new StepBatch(1)); });
            caught[1] = Record.Exception(() => s.Backend.RemoveCells(0, 0, 1));
            caught[2] = Record.Exception(() => s.Backend.CopyCells(0, 1, 0, 1));
            caught[3] = Record.Exception(() => { _ = s.Backend.Logits(0); });
            caught[4] = Record.Exception(() => { s.Backend.Tokenizer.Encode(s.Backend.Info.ModelName, false, false); });
        });
        other.Start();
        other.Join();
        Assert.All(caught[..3], e => Assert.IsType<InvalidOperationException>(e));
        Assert.All(caught[3..], Assert.Null);
        Assert.Equal((0, 0), s.Backend.Positions(0));
    }

    [Fact]
    public void Cell_operations_outside_the_pool_are_refused()
    {
        using LlamaBackend backend = FakeModels.OpenExact(sequences: 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.CopyCells(4, 0, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.CopyCells(0, -1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.RemoveCells(0, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.RemoveCells(0, 2, 1));
    }

    [Fact]
    public void Embeddings_have_length_one_and_leave_the_pool_alone()
    {
        using KvScenario s = new(FakeModels.OpenExact());
        int[] prompt = KvScenario.Tokens(20, 1);
        s.Decode(0, 0, prompt);
        float[] a = new float[s.Backend.Info.EmbeddingSize], b = new float[a.Length], again = new float[a.Length];
        Assert.Equal(ExecuteStatus.Ok, s.Backend.Embed(KvScenario.Tokens(10, 2), a));
        Assert.Equal(ExecuteStatus.Ok, s.Backend.Embed(KvScenario.Tokens(600, 3), b));
        Assert.Equal(ExecuteStatus.Ok, s.Backend.Embed(KvScenario.Tokens(10, 2), again));
        Assert.Equal(1, a.Sum(x => (double)x * x), 4);
        Assert.True(KvScenario.Difference(a, b) > 0.01f);
        Assert.InRange(KvScenario.Difference(a, again), 0, 1e-4f);
        KvScenario.AssertSame(s.Fresh([.. prompt, 9]), s.Decode(0, 20, 9));
    }

    [Fact]
    public void A_text_that_cannot_be_embedded_is_an_invalid_batch()
    {
        using LlamaBackend backend = FakeModels.OpenExact();
        float[] embedding = new float[backend.Info.EmbeddingSize];
        Assert.Equal(ExecuteStatus.InvalidBatch, backend.Embed([], embedding));
        Assert.Equal(ExecuteStatus.InvalidBatch, backend.Embed(new int[2049], embedding));
        Assert.Equal(ExecuteStatus.InvalidBatch, backend.Embed([-1], embedding));
        Assert.Throws<ArgumentException>(() => { backend.Embed([5], embedding.AsSpan(1)); });
    }

    [Fact]
    public void A_step_allocates_nothing_on_the_managed_heap()
    {
        using LlamaBackend backend = FakeModels.OpenExact();
        var batch = new StepBatch(4);
        int position = 0;
        AllocationGate.Check("a step of the llama.cpp back end", Step, warmUp: 10, runs: 10);

        void Step()
        {
            batch.Clear();
            batch.Add(5, position++, 0, true);
            backend.Execute(batch);
            _ = backend.Logits(0)[0];
        }
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        var good = new LlamaOptions { ModelPath = FakeModels.Gpt2, KvTokensTotal = 256 };
        (LlamaOptions Options, string Name)[] cases =
        [
            (good with { KvTokensTotal = 0 }, "KvTokensTotal"),
            (good with { SequencesMax = 257 }, "SequencesMax"),
            (good with { SequencesMax = 0 }, "SequencesMax"),
            (good with { BatchTokensMax = 0 }, "BatchTokensMax"),
            (good with { BatchTokensMax = 8, MicroBatchTokens = 9 }, "MicroBatchTokens"),
            (good with { Threads = 0 }, "Threads"),
            (good with { GpuLayers = -1 }, "GpuLayers"),
            (good with { ValueType = KvType.Q8, FlashAttention = FlashAttention.Off }, "ValueType"),
        ];
        foreach ((LlamaOptions options, string name) in cases)
        {
            ArgumentException e = Assert.ThrowsAny<ArgumentException>(() => { LlamaBackend.Create(options).Dispose(); });
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Layers_for_a_GPU_that_is_not_there_are_refused_and_none_are_not()
    {
        Assert.SkipWhen(LlamaLibrary.Load().Gpus.HasDevice, "There is a GPU.");
        var processor = new LlamaOptions { ModelPath = FakeModels.Gpt2, KvTokensTotal = 256, GpuLayers = 0 };
        LlamaBackend.Create(processor).Dispose();
        var e = Assert.Throws<LlamaLibraryException>(() => { LlamaBackend.Create(processor with { GpuLayers = 99 }).Dispose(); });
        Assert.StartsWith("GpuLayers is 99, but there is no GPU.", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1_000_000, 16, 1)]
    [InlineData(3_000_000, 16, 2)]
    [InlineData(20_000_000, 16, 10)]
    [InlineData(8_000_000_000, 16, 16)]
    [InlineData(8_000_000_000, 1, 1)]
    public void Threads_follow_the_size_of_the_model(long weightBytes, int processors, int threads) =>
        Assert.Equal(threads, ModelLoader.DefaultThreads(weightBytes, processors));

    [Fact]
    public void A_missing_model_file_is_named()
    {
        var e = Assert.Throws<LlamaModelException>(
            () => { LlamaBackend.Create(new() { ModelPath = "no/such.gguf", KvTokensTotal = 256 }).Dispose(); });
        Assert.Contains("no/such.gguf", e.Message, StringComparison.Ordinal);
    }
}
