namespace Kantor.Accuracy.Tests;

/// <summary>Files and folders that are searched for measurements, and the rows that they give.</summary>
public class SourcesTests
{
    private const string Columns =
        "id,silicon_data_source,backend,backend_version,model_path,system,mode,gemm_quant_mode,moe_quant_mode,isl,osl,batch_size,tp_size,pp_size,attention_dp_size,moe_tp_size,moe_ep_size,silicon_ttft_ms,silicon_tpot_ms";

    [Fact]
    public void Folders_are_searched_through_and_other_files_are_passed_over()
    {
        using var folder = new MadeFolder();
        var run = folder.Write("deep/er/H100__x__requests.jsonl", MadeFolder.Requests);
        var points = folder.Write("points.csv", Columns + "\n");
        folder.Write("notes.txt", "nothing");
        folder.Write("other.csv", "a,b\n1,2\n");
        Assert.Equal([run, points], Sources.Find([folder.Path]));
    }

    [Fact]
    public void A_path_that_is_not_there_and_a_file_of_another_kind_are_named()
    {
        using var folder = new MadeFolder();
        Assert.Contains("missing", Assert.Throws<FormatException>(() => Sources.Find([Path.Combine(folder.Path, "missing")])).Message, StringComparison.Ordinal);
        Assert.Contains("notes.txt", Assert.Throws<FormatException>(() => Sources.Find([folder.Write("notes.txt", "x")])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Qwen/Qwen3-32B", "abacus", "agg", "no tables for abacus")]
    [InlineData("nobody/unheard-of-7b", "h100_sxm", "agg", "no shape for nobody/unheard-of-7b")]
    [InlineData("Qwen/Qwen3-32B", "h100_sxm", "disagg", "disaggregated")]
    [InlineData("Qwen/Qwen3-32B", "h100_sxm", "agg", null)]
    public void A_point_is_predicted_or_says_why_not(string model, string system, string mode, string? reason)
    {
        using var folder = new MadeFolder();
        var file = folder.Write("points.csv", $"{Columns}\none,made,vllm,0.19.0,{model},{system},{mode},bfloat16,bfloat16,1024,128,4,2,1,1,1,1,80.0,12.0\n");
        var row = Compare(file).Single();
        Assert.Equal(reason, row.NotCovered);
        Assert.Equal(reason is null, row.PredictedTtftMs > 0);
    }

    [Fact]
    public void A_table_without_a_column_that_is_needed_names_it()
    {
        using var folder = new MadeFolder();
        var file = folder.Write("points.csv", "id,silicon_ttft_ms\none,80\n");
        Assert.Contains("silicon_data_source", Assert.ThrowsAny<Exception>(() => Compare(file)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sessions_that_are_not_recorded_beside_an_agentic_file_leave_its_rows_uncovered()
    {
        using var folder = new MadeFolder();
        var file = folder.Write("inferencex/runs.jsonl", """
            {"hw":"b200","users":8,"model":"nvidia/DeepSeek-R1-0528-FP4","framework":"vllm","precision":"fp4","tp":4,"ep":4,"offload_mode":"off","num_requests_successful":10,"duration_seconds":60,"median_ttft":0.8,"median_itl":0.01,"output_tput_tps":70,"mean_input_tokens":1000,"mean_output_tokens_actual":100}
            """);
        Assert.Contains("kv-cache-tester", Compare(file).Single().NotCovered, StringComparison.Ordinal);
    }

    [Fact]
    public void An_agentic_row_without_a_field_names_the_line()
    {
        using var folder = new MadeFolder();
        var file = folder.Write("runs.jsonl", """{"hw":"b200","offload_mode":"off"}""");
        Assert.Contains("line 1", Assert.Throws<FormatException>(() => Compare(file)).Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<Comparison> Compare(string file) => Sources.Compare(file, new Progress<int>(), TestContext.Current.CancellationToken).Rows;
}
