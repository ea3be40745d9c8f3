namespace Kantor.Accuracy.Tests;

/// <summary>Runs of requests in folders that people make up: what can be predicted is, and what cannot says why.</summary>
public class RunFolderTests
{
    private const string Meta = """{"model":"meta-llama/Llama-3.1-8B","max_num_seqs":64,"max_num_batched_tokens":2048,"tensor_parallel_size":1,"num_gpu_blocks":5000}""";

    [Fact]
    public void A_run_with_metadata_in_json_is_predicted()
    {
        using var folder = new MadeFolder();
        folder.Write("H100__Llama-3.1-8B__meta.json", Meta);
        AssertPredicted(Compare(folder, "H100__Llama-3.1-8B__requests.jsonl"));
    }

    [Theory]
    [InlineData("run__meta.yaml")]
    [InlineData("run.yaml")]
    public void A_run_without_json_is_predicted_from_a_small_yaml(string yaml)
    {
        using var folder = new MadeFolder();
        folder.Write(yaml, "# the engine\nmodel: meta-llama/Llama-3.1-8B\ngpu: h100\nmax_num_seqs: 64\nmax_num_batched_tokens: 2048 # tokens\n");
        AssertPredicted(Compare(folder, "run__requests.jsonl"));
    }

    [Fact]
    public void The_same_settings_in_json_and_in_yaml_give_the_same_prediction()
    {
        using var json = new MadeFolder();
        using var yaml = new MadeFolder();
        json.Write("H100__x__meta.json", Meta);
        yaml.Write("H100__x__meta.yaml", "model: meta-llama/Llama-3.1-8B\nmax_num_seqs: 64\nmax_num_batched_tokens: 2048\ntensor_parallel_size: 1\nnum_gpu_blocks: 5000\n");
        Assert.Equal(
            Compare(json, "H100__x__requests.jsonl").Select(row => (row.PredictedTtftMs, row.PredictedTpotMs)),
            Compare(yaml, "H100__x__requests.jsonl").Select(row => (row.PredictedTtftMs, row.PredictedTpotMs)));
    }

    [Fact]
    public void Measured_ttft_counts_from_queued_ts_and_from_the_aligned_arrival_beside_it()
    {
        using var folder = new MadeFolder();
        folder.Write("H100__x__meta.json", Meta);
        var mean = Compare(folder, "H100__x__requests.jsonl").Single(row => row.Id == "mean");
        Assert.Equal((90.0 + 70 + 80) / 3, mean.TtftMs!.Value, 3);

        // Request a waits least for the loop, so the clocks are 50.01 s apart: b comes at 50.51 s and c at 51.01 s.
        Assert.Equal((90.0 + 90 + 90) / 3, mean.ArrivalTtftMs!.Value, 3);
        Assert.True(mean.PredictedArrivalTtftMs >= mean.PredictedTtftMs);
    }

    [Fact]
    public void Requests_without_arrival_times_have_only_the_time_from_take_up()
    {
        using var folder = new MadeFolder();
        folder.Write("H100__x__meta.json", Meta);
        var requests = folder.Write("H100__x__requests.jsonl", """{"input_toks":100,"output_toks":20,"queued_ts":50.01,"first_token_ts":50.10,"last_token_ts":50.30}""");
        var rows = Compare(requests);
        AssertPredicted(rows);
        Assert.All(rows, row => Assert.True(row.ArrivalTtftMs is null && row.PredictedArrivalTtftMs is null));
    }

    [Theory]
    [InlineData("model: meta-llama/Llama-3.1-8B\ngpu: abacus\n", "no tables for abacus")]
    [InlineData("model: nobody/unheard-of-7b\ngpu: h100\n", "no shape for nobody/unheard-of-7b")]
    [InlineData("gpu: h100\n", "names no model")]
    [InlineData("model: x\ngpu: h100\nnum_hidden_layers: 4\n", "hidden_size")]
    [InlineData("model: meta-llama/Llama-3.1-70B\ngpu: l40s\n", "GiB of weights")]
    public void What_cannot_be_predicted_is_a_row_that_says_why(string yaml, string reason)
    {
        using var folder = new MadeFolder();
        folder.Write("run__meta.yaml", yaml);
        var rows = Compare(folder, "run__requests.jsonl");
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Contains(reason, row.NotCovered, StringComparison.Ordinal));
    }

    [Fact]
    public void A_shape_in_the_metadata_makes_an_unknown_model_predictable()
    {
        using var folder = new MadeFolder();
        folder.Write("run__meta.yaml", """
            model: nobody/unheard-of-1b
            gpu: h100
            num_hidden_layers: 16
            hidden_size: 2048
            num_attention_heads: 32
            num_key_value_heads: 8
            intermediate_size: 8192
            vocab_size: 128256
            """);
        AssertPredicted(Compare(folder, "run__requests.jsonl"));
    }

    [Theory]
    [InlineData("""{"input_toks":100,"output_toks":20,"first_token_ts":50.10,"last_token_ts":50.30}""", "queued_ts")]
    [InlineData("""{"input_toks":"many","output_toks":20,"queued_ts":50.0,"first_token_ts":50.10,"last_token_ts":50.30}""", "input_toks")]
    [InlineData("""{"input_toks":100,""", "line 1")]
    [InlineData("", "no request")]
    public void Requests_that_cannot_be_read_are_named(string requests, string reason)
    {
        using var folder = new MadeFolder();
        folder.Write("H100__x__meta.json", Meta);
        Assert.Contains(reason, Compare(folder.Write("H100__x__requests.jsonl", requests)).Single().NotCovered, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_metadata_names_the_files_that_would_do()
    {
        using var folder = new MadeFolder();
        Assert.Contains("run__meta.yaml", Compare(folder, "run__requests.jsonl").Single().NotCovered, StringComparison.Ordinal);
    }

    private static void AssertPredicted(IReadOnlyList<Comparison> rows)
    {
        Assert.Equal(["mean", "p50", "p99"], rows.Select(row => row.Id));
        Assert.All(rows, row => Assert.Null(row.NotCovered));
        Assert.All(rows, row => Assert.True(row.PredictedTtftMs > 0 && row.PredictedTpotMs > 0));
    }

    private static IReadOnlyList<Comparison> Compare(MadeFolder folder, string requests) => Compare(folder.Write(requests, MadeFolder.Requests));

    private static IReadOnlyList<Comparison> Compare(string requests) =>
        Sources.Compare(Assert.Single(Sources.Find([requests])), new Progress<int>(), TestContext.Current.CancellationToken).Rows;
}
