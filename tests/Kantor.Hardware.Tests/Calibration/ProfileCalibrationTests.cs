using System.Globalization;
using System.Text;
using Kantor.Hardware.Calibration;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Tests.Calibration;

/// <summary>Tables of a device that obeys simple laws, in the measured tables' format, and what is fitted to them.</summary>
public sealed class ProfileCalibrationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-tables-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Shapes_that_were_held_out_are_predicted_within_the_stated_error()
    {
        WriteTables(GemmUs);
        var profile = ProfileCalibration.Fit(_folder, "a100");
        var fit = Assert.Single(profile.Gemm);
        Assert.Equal(NumberFormat.Bf16, fit.Format);
        Assert.DoesNotContain(fit.Shapes, shape => shape.N == 6144);
        Assert.InRange(fit.Error.Median, 0, 0.05);
        var cost = new GemmCost(profile, fit, 6144, 2560);
        foreach (var m in new[] { 1, 100, 1000, 4096 }) Assert.Equal(1, cost.Us(m) / GemmUs(m, 6144, 2560), Math.Max(0.08, 2 * fit.Error.P90));
    }

    [Fact]
    public void Spikes_of_the_measurement_are_not_believed()
    {
        WriteTables((m, n, k) => GemmUs(m, n, k) * (m == 64 && n == 1024 ? 20 : 1));
        var shape = ProfileCalibration.Fit(_folder, "a100").Gemm[0].Shapes.First(shape => shape.N == 1024);
        for (var i = 1; i < shape.Us.Count; i++) Assert.True(shape.Us[i] >= shape.Us[i - 1]);
        Assert.True(shape.Us[7] < 2 * GemmUs(64, 1024, shape.K));
    }

    [Fact]
    public void Attention_is_pooled_over_shapes_of_equal_work()
    {
        WriteTables(GemmUs);
        var fit = Assert.Single(ProfileCalibration.Fit(_folder, "a100").DecodeAttention);
        Assert.Equal((128, 4), (fit.HeadSize, fit.Group));
        Assert.Equal(1, GridInterpolation.At(fit.Grid, 64, 3000) / DecodeUs(8, 8, 3000), 0.05);
        Assert.InRange(fit.Error.P90, 0, 0.02);
    }

    [Fact]
    public void Missing_tables_are_named()
    {
        File.WriteAllText(Path.Combine(_folder, "gemm_perf__x.csv"), "gemm_dtype,m,n,k,latency\nbfloat16,1,256,256,0.01\n");
        Assert.Contains("context_attention_perf", Assert.Throws<FormatException>(() => ProfileCalibration.Fit(_folder, "a100")).Message, StringComparison.Ordinal);
        Assert.Contains("not a folder", Assert.Throws<FormatException>(() => ProfileCalibration.Fit(_folder + "x", "a100")).Message, StringComparison.Ordinal);
        Assert.Contains("h200", Assert.Throws<ArgumentException>(() => ProfileCalibration.Fit(_folder, "abacus")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_value_is_named_with_its_line()
    {
        WriteTables(GemmUs);
        File.WriteAllText(Path.Combine(_folder, "gemm_perf__x.csv"), "gemm_dtype,m,n,k,latency\nbfloat16,1,256,256,0.01\nbfloat16,1,many,256,0.01\n");
        var message = Assert.Throws<FormatException>(() => ProfileCalibration.Fit(_folder, "a100")).Message;
        Assert.Contains("line 3", message, StringComparison.Ordinal);
        Assert.Contains("'n' is 'many'", message, StringComparison.Ordinal);
    }

    private static double GemmUs(double m, double n, double k) => 3 + Math.Max(2 * ((n * k) + (m * k) + (m * n)) / 1.6e6, 2 * m * n * k / 250e6);

    private static double DecodeUs(double batch, double kvHeads, double context) => 6 + (batch * kvHeads * context * 512 / 1.5e6);

    private void WriteTables(Func<double, double, double, double> gemm)
    {
        var text = new StringBuilder("gemm_dtype,m,n,k,latency\n");
        foreach (var n in new[] { 512, 1024, 2048, 3072, 4096, 5120, 6144, 8192 })
        {
            foreach (var k in new[] { 512, 1024, 2048, 2560, 4096, 8192 })
            {
                foreach (var m in new[] { 1, 2, 4, 8, 16, 32, 48, 64, 128, 256, 512, 1024, 2048, 4096 }) Row(text, $"bfloat16,{m},{n},{k},{gemm(m, n, k) / 1e3}");
            }
        }

        File.WriteAllText(Path.Combine(_folder, "gemm_perf__x.csv"), text.ToString());
        const string header = "kernel_source,batch_size,isl,num_heads,num_key_value_heads,head_dim,kv_cache_dtype,step,latency\n";
        var (prefill, decode) = (new StringBuilder(header), new StringBuilder(header));
        for (var batch = 1; batch <= 64; batch *= 2)
        {
            for (var length = 16; length <= 4096; length *= 2)
            {
                foreach (var kvHeads in new[] { 1, 2, 8 })
                {
                    Row(prefill, $"flash,{batch},{length},{4 * kvHeads},{kvHeads},128,bfloat16,0,{(5 + (batch * 4.0 * kvHeads * length * length * 256 / 200e6)) / 1e3}");
                    Row(decode, $"flash,{batch},1,{4 * kvHeads},{kvHeads},128,bfloat16,{length - 1},{DecodeUs(batch, kvHeads, length) / 1e3}");
                }
            }
        }

        File.WriteAllText(Path.Combine(_folder, "context_attention_perf__x.csv"), prefill.ToString());
        File.WriteAllText(Path.Combine(_folder, "generation_attention_perf__x.csv"), decode.ToString());
    }

    private static void Row(StringBuilder text, FormattableString row) => text.Append(row.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
