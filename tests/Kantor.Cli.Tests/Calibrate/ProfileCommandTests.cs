using Kantor.Cli.Shell;
using Kantor.Hardware.Profiles;

namespace Kantor.Cli.Tests.Calibrate;

public class ProfileCommandTests
{
    [Fact]
    public async Task A_profile_is_fitted_to_a_folder_and_written()
    {
        var folder = Directory.CreateTempSubdirectory("kantor-profile-").FullName;
        try
        {
            WriteTables(folder);
            var file = Path.Combine(folder, "out.json");
            Assert.Equal(ExitCode.Success, await CliApp.RunAsync(["calibrate", "profile", folder, "--device", "l40s", "--out", file]));
            var profile = GpuProfileJson.ReadFile(file);
            Assert.Equal(("l40s", "Apache-2.0"), (profile.Name, profile.Licence));
            Assert.Equal(4, Assert.Single(profile.Gemm).Shapes.Count);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task What_is_wrong_ends_with_the_exit_code_of_usage()
    {
        Assert.Equal(ExitCode.Usage, await CliApp.RunAsync(["calibrate", "profile", "/nowhere", "--device", "l40s", "--out", "-"]));
        Assert.Equal(ExitCode.Usage, await CliApp.RunAsync(["calibrate", "profile", Path.GetTempPath(), "--device", "abacus", "--out", "-"]));
        Assert.Equal(ExitCode.Usage, await CliApp.RunAsync(["calibrate", "profile", Path.GetTempPath(), "--device", "l40s"]));
    }

    private static void WriteTables(string folder)
    {
        var products = "gemm_dtype,m,n,k,latency\n";
        foreach (var n in new[] { 1024, 4096 })
        {
            foreach (var k in new[] { 1024, 4096 }) products += $"bfloat16,1,{n},{k},0.01\nbfloat16,128,{n},{k},0.02\n";
        }

        const string header = "kernel_source,batch_size,isl,num_heads,num_key_value_heads,head_dim,kv_cache_dtype,step,latency\n";
        var (prefill, decode) = (header, header);
        for (var batch = 1; batch <= 32; batch *= 2)
        {
            for (var length = 64; length <= 1024; length *= 2)
            {
                prefill += $"flash,{batch},{length},32,8,128,bfloat16,0,0.1\n";
                decode += $"flash,{batch},1,32,8,128,bfloat16,{length - 1},0.1\n";
            }
        }

        File.WriteAllText(Path.Combine(folder, "gemm_perf__x.csv"), products);
        File.WriteAllText(Path.Combine(folder, "context_attention_perf__x.csv"), prefill);
        File.WriteAllText(Path.Combine(folder, "generation_attention_perf__x.csv"), decode);
    }
}
