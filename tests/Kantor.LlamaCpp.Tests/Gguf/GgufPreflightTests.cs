using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp.Tests.Gguf;

public class GgufPreflightTests
{
    private const uint F32 = 0;
    private const uint Q8 = 8;

    [Fact]
    public void A_written_model_passes_and_tells_what_it_is()
    {
        GgufSummary summary = GgufPreflight.Check(FakeModels.Gpt2);
        Assert.Equal(3, summary.Version);
        Assert.Equal("llama", summary.Architecture);
        Assert.Equal("kantor-fake", summary.Name);
        Assert.Equal(1024, summary.VocabularySize);
        Assert.Equal(2 + (9 * FakeModels.Exact.Layers), summary.TensorCount);
        Assert.Equal(1, summary.SplitCount);
        Assert.True(summary.HasChatTemplate);
        Assert.Equal(0, summary.DataOffset % 32);
        Assert.Equal(new FileInfo(FakeModels.Gpt2).Length, summary.FileBytes);
        Assert.Equal((FakeModels.Exact.Layers, FakeModels.Exact.Width), (summary.Shape!.Layers, summary.Shape.Width));
        Assert.InRange(summary.TensorBytes, 1, summary.FileBytes - summary.DataOffset);
    }

    [Fact]
    public void The_error_names_file_section_and_offset()
    {
        string path = FakeModels.PathOf("bad-magic.gguf");
        File.WriteAllBytes(path, "GGML0000"u8.ToArray());
        GgufFormatException e = Assert.Throws<GgufFormatException>(() => GgufPreflight.Check(path));
        Assert.Contains(path, e.Message, StringComparison.Ordinal);
        Assert.Contains("header, byte 0: the magic is not GGUF", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(4u)]
    [InlineData(0x03000000u)]
    public void Other_versions_are_refused(uint version) =>
        Fails(GgufBytes.Head(version: version), "header", 4, "versions 2 and 3 are supported");

    [Fact]
    public void Version_two_is_read() => Check(GgufBytes.Head(0, 1, version: 2).Entry("general.architecture", "llama"));

    [Fact]
    public void Counts_that_no_file_can_hold_are_refused()
    {
        Fails(GgufBytes.Head(tensors: long.MinValue), "header", 8, "the tensor count is 9223372036854775808");
        Fails(GgufBytes.Head(tensors: 1L << 32), "header", 8, "the tensor count");
        Fails(GgufBytes.Head(entries: -1), "header", 16, "the metadata count is 18446744073709551615");
    }

    [Fact]
    public void A_file_that_ends_early_is_refused_wherever_it_is_cut()
    {
        byte[] whole = File.ReadAllBytes(FakeModels.Gpt2);
        GgufSummary summary = GgufPreflight.Check(FakeModels.Gpt2);
        int[] cuts =
        [
            0, 3, 4, 7, 8, 15, 16, 23, 24, 31, 60, 200, 1000, (int)summary.DataOffset / 2,
            (int)summary.DataOffset - 40, (int)summary.DataOffset, whole.Length / 2, whole.Length - 33,
        ];
        foreach (int cut in cuts)
        {
            GgufFormatException e = Assert.Throws<GgufFormatException>(() => GgufPreflight.Check(new MemoryStream(whole, 0, cut)));
            Assert.InRange(e.Offset, 0, cut);
            Assert.NotEmpty(e.Section);
        }
    }

    [Fact]
    public void A_string_longer_than_the_file_is_refused_at_its_length()
    {
        GgufBytes bytes = GgufBytes.WithEntries(1).Text("general.description").U32(8);
        long at = bytes.Length;
        Fails(bytes.U64(ulong.MaxValue), "metadata", at, "18446744073709551615");
    }

    [Fact]
    public void A_key_longer_than_the_format_allows_is_refused() =>
        Fails(GgufBytes.Head(entries: 1).I64(65_536), "metadata", 24, "the length of a key is 65536");

    [Fact]
    public void An_empty_key_is_refused() => Fails(GgufBytes.Head(entries: 1).Text("").U32(4).U32(1), "metadata", 24, "a key is empty");

    [Fact]
    public void A_key_that_occurs_twice_is_refused() =>
        Fails(GgufBytes.WithEntries(2).Entry("a.b", 1).Entry("a.b", 1), "metadata", null, "a.b occurs twice");

    [Theory]
    [InlineData(13u)]
    [InlineData(uint.MaxValue)]
    public void An_unknown_value_type_is_refused(uint type) =>
        Fails(GgufBytes.WithEntries(1).Text("a.b").U32(type).I64(0), "metadata", null, $"unknown value type {type}");

    [Fact]
    public void An_array_of_arrays_is_refused() =>
        Fails(GgufBytes.WithEntries(1).Text("a.b").U32(9).U32(9).I64(1), "metadata", null, "array of arrays");

    [Fact]
    public void An_array_that_claims_more_elements_than_bytes_are_left_is_refused() =>
        Fails(GgufBytes.WithEntries(1).Text("a.b").U32(9).U32(4).I64(1000).I64(0), "metadata", null, "the element count of a.b is 1000; at most 2");

    [Fact]
    public void A_file_without_architecture_is_refused() =>
        Fails(GgufBytes.Head(entries: 1).Entry("general.name", "x"), "metadata", null, "general.architecture is missing");

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(48u)]
    [InlineData(1u << 31)]
    public void An_alignment_that_is_no_small_power_of_two_is_refused(uint alignment) =>
        Fails(GgufBytes.WithEntries(1).Entry("general.alignment", alignment), "metadata", null, "power of two");

    [Fact]
    public void An_alignment_of_another_type_is_refused() =>
        Fails(GgufBytes.WithEntries(1).Text("general.alignment").U32(10).I64(32), "metadata", null, "unsigned 32-bit");

    [Fact]
    public void Shapes_on_which_the_library_would_stop_the_process_are_refused()
    {
        Fails(GgufBytes.WithEntries(1).Entry("llama.block_count", 0), "metadata", null, "llama.block_count is 0");
        Fails(GgufBytes.WithEntries(1).Entry("llama.block_count", 513), "metadata", null, "llama.block_count is 513");
        Fails(GgufBytes.WithEntries(1).Entry("llama.attention.head_count_kv", 0x10000001), "metadata", null, "head_count_kv is 268435457");
        Fails(GgufBytes.WithEntries(1).Entry("llama.embedding_length", 0), "metadata", null, "llama.embedding_length is 0");
    }

    [Theory]
    [InlineData(-1e-5f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void An_epsilon_on_which_the_library_would_stop_the_process_is_refused(float epsilon) => Fails(
        GgufBytes.WithEntries(1).Text("llama.attention.layer_norm_rms_epsilon").U32(6).U32(BitConverter.SingleToUInt32Bits(epsilon)),
        "metadata", null, "it must be from 0 to 1");

    [Fact]
    public void Tensors_that_follow_each_other_pass() => Check(
        GgufBytes.WithEntries(0, tensors: 2).Tensor("a", F32, 0, 3).Tensor("b", Q8, 32, 32, 2).Data(32 + 68));

    [Fact]
    public void A_tensor_name_that_occurs_twice_is_refused() => Fails(
        GgufBytes.WithEntries(0, tensors: 2).Tensor("a", F32, 0, 8).Tensor("a", F32, 32, 8).Data(64), "tensor table", null, "occurs twice");

    [Fact]
    public void A_tensor_name_longer_than_the_library_holds_is_refused() => Fails(
        GgufBytes.WithEntries(0, tensors: 1).Tensor(new('a', 64), F32, 0, 8).Data(64), "tensor table", null, "the length of a tensor name is 64");

    [Fact]
    public void Five_dimensions_are_refused() => Fails(
        GgufBytes.WithEntries(0, tensors: 1).Tensor("a", F32, 0, 1, 1, 1, 1, 1).Data(64), "tensor table", null, "5 dimensions");

    [Fact]
    public void Negative_dimensions_are_refused() => Fails(
        GgufBytes.WithEntries(0, tensors: 1).Tensor("a", F32, 0, -8).Data(64), "tensor table", null, "dimension 0 of a");

    [Fact]
    public void A_product_of_dimensions_that_overflows_is_refused__G18() => Fails(
        GgufBytes.WithEntries(0, tensors: 1).Tensor("a", F32, 0, 1L << 32, 1L << 32).Data(64), "tensor table", null, "overflows 63 bits");

    [Fact]
    public void A_tensor_larger_than_its_file_is_refused() => Fails(
        GgufBytes.WithEntries(0, tensors: 1).Tensor("a", F32, 0, 1L << 61).Data(64), "tensor table", null, "more than the whole file");

    [Theory]
    [InlineData(4u)]
    [InlineData(31u)]
    [InlineData(43u)]
    [InlineData(uint.MaxValue)]
    public void An_unknown_tensor_type_is_refused(uint type) => Fails(
        GgufBytes.WithEntries(0, tensors: 1).Tensor("a", type, 0, 256).Data(2048), "tensor table", null, $"unknown tensor type {type}");

    [Fact]
    public void A_row_that_is_no_whole_number_of_blocks_is_refused() => Fails(
        GgufBytes.WithEntries(0, tensors: 1).Tensor("a", Q8, 0, 33, 32).Data(2048), "tensor table", null, "not a multiple of 32");

    [Theory]
    [InlineData("output_norm.weight")]
    [InlineData("blk.0.attn_q.bias")]
    public void A_norm_or_bias_in_another_type_than_f32_is_refused(string name)
    {
        Fails(GgufBytes.WithEntries(0, tensors: 1).Tensor(name, Q8, 0, 32).Data(64), "tensor table", null, $"{name} is stored as q8_0");
        Check(GgufBytes.WithEntries(0, tensors: 1).Tensor(name, F32, 0, 32).Data(128));
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(33ul)]
    [InlineData(64ul)]
    [InlineData(ulong.MaxValue)]
    public void An_offset_that_does_not_follow_the_tensor_before_is_refused(ulong offset) => Fails(
        GgufBytes.WithEntries(0, tensors: 2).Tensor("a", F32, 0, 8).Tensor("b", F32, offset, 8).Data(64),
        "tensor table", null, $"b begins at data offset {offset}, expected 32");

    [Fact]
    public void Missing_tensor_data_are_counted() => Fails(
        GgufBytes.WithEntries(0, tensors: 1).Tensor("a", F32, 0, 16).Data(60), "tensor data", null, "4 bytes are missing");

    [Fact]
    public void A_token_that_occurs_twice_is_refused() =>
        Fails(GgufBytes.WithEntries(1).Texts("tokenizer.ggml.tokens", "a", "b", "a"), "metadata", null, "same token twice");

    [Fact]
    public void Tokens_that_differ_only_behind_a_zero_byte_are_the_same_to_the_library() =>
        Fails(GgufBytes.WithEntries(1).Texts("tokenizer.ggml.tokens", "a\0b", "a\0c"), "metadata", null, "same token twice");

    [Fact]
    public void Empty_tokens_may_repeat() => Check(GgufBytes.WithEntries(1).Texts("tokenizer.ggml.tokens", "", "", "a"));

    [Fact]
    public void Fewer_token_types_than_tokens_are_refused() => Fails(
        GgufBytes.WithEntries(2).Texts("tokenizer.ggml.tokens", "a", "b").Numbers("tokenizer.ggml.token_type", 1),
        "tokenizer", null, "1 token types for 2 tokens");

    [Fact]
    public void Fewer_scores_than_tokens_are_refused() => Fails(
        GgufBytes.WithEntries(2).Texts("tokenizer.ggml.tokens", "a", "b").Numbers("tokenizer.ggml.scores", 1),
        "tokenizer", null, "1 scores for 2 tokens");

    [Fact]
    public void Token_arrays_of_another_type_are_refused() =>
        Fails(GgufBytes.WithEntries(1).Numbers("tokenizer.ggml.tokens", 1, 2), "metadata", null, "must be an array of texts");

    [Theory]
    [InlineData("<0x-1>")]
    [InlineData("<0x4>")]
    [InlineData("<0x4g>")]
    [InlineData("<0xab>")]
    [InlineData("xx")]
    public void A_byte_token_that_spells_no_byte_is_refused(string spelling) => Fails(
        GgufBytes.WithEntries(3).Entry("tokenizer.ggml.model", "llama")
            .Texts("tokenizer.ggml.tokens", [.. AllBytes(), spelling])
            .Numbers("tokenizer.ggml.token_type", [.. Enumerable.Repeat(6, 257)]),
        "tokenizer", null, "token 256 is of type byte");

    [Fact]
    public void A_vocabulary_that_cannot_spell_a_byte_is_refused() => Fails(
        GgufBytes.WithEntries(2).Entry("tokenizer.ggml.model", "llama").Texts("tokenizer.ggml.tokens", [.. AllBytes().Where(t => t != "<0xF0>")]),
        "tokenizer", null, "the byte 0xF0");

    [Fact]
    public void A_model_cut_into_files_is_checked_file_by_file()
    {
        string first = FakeModels.PathOf("cut-00001-of-00002.gguf"), second = FakeModels.PathOf("cut-00002-of-00002.gguf");
        File.WriteAllBytes(first, GgufBytes.WithEntries(1).Entry("split.count", 2).ToArray());
        Assert.Contains("cut-00002-of-00002.gguf does not exist", Assert.Throws<GgufFormatException>(() => GgufPreflight.Check(first)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(second, GgufBytes.Head(entries: 2).Entry("split.no", 1).Entry("split.count", 2).ToArray());
        Assert.Equal(2, GgufPreflight.Check(first).SplitCount);
        File.WriteAllBytes(second, "GGUX"u8.ToArray());
        Assert.Contains("cut-00002", Assert.Throws<GgufFormatException>(() => GgufPreflight.Check(first)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_file_never_reaches_the_library__G18()
    {
        string path = FakeModels.PathOf("cut.gguf");
        File.WriteAllBytes(path, File.ReadAllBytes(FakeModels.Gpt2)[..^100]);
        var e = Assert.Throws<GgufFormatException>(() => { FakeModels.OpenExact(path).Dispose(); });
        Assert.Contains("tensor data", e.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> AllBytes() => Enumerable.Range(0, 256).Select(b => $"<0x{b:X2}>");

    private static GgufSummary Check(GgufBytes bytes) => GgufPreflight.Check(new MemoryStream(bytes.ToArray()));

    private static void Fails(GgufBytes bytes, string section, long? offset, string problem)
    {
        GgufFormatException e = Assert.Throws<GgufFormatException>(() => Check(bytes));
        Assert.Equal(section, e.Section);
        if (offset is long at) Assert.Equal(at, e.Offset);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }
}
