using System.Text;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Tests.Profiles;

public class GpuProfilesTests
{
    [Fact]
    public void The_devices_of_the_tables_ship_with_the_product() =>
        Assert.Equal(["a100", "b200", "b300", "gb200", "h100", "h200", "l40s", "rtx-4090", "rtx-pro-6000"], GpuProfiles.Names);

    [Fact]
    public void Every_profile_says_where_it_comes_from_and_how_well_it_fits()
    {
        foreach (var profile in GpuProfiles.Names.Select(GpuProfiles.Find))
        {
            Assert.Contains("measured in vLLM", profile.Origin, StringComparison.Ordinal);
            Assert.Contains(profile.Licence, new[] { "Apache-2.0", "MIT" });
            Assert.NotEmpty(profile.Gemm);
            foreach (var fit in profile.Gemm)
            {
                Assert.InRange(fit.Error.Points, 100, int.MaxValue);
                Assert.InRange(fit.Error.Median, 0.0001, 0.06);
            }

            foreach (var fit in profile.DecodeAttention) Assert.InRange(fit.Error.Median, 0, 0.05);
            foreach (var fit in profile.PrefillAttention) Assert.InRange(fit.Error.Median, 0, 0.12);
        }
    }

    [Theory]
    [InlineData("h200_sxm", "h200")]
    [InlineData("RTXPRO6000", "rtx-pro-6000")]
    [InlineData("b300_sxm", "b300")]
    [InlineData("H100", "h100")]
    [InlineData("NVIDIA RTX PRO 6000 Blackwell Server Edition", "rtx-pro-6000")]
    [InlineData("A100-SXM4-80GB", "a100")]
    public void Names_in_measured_runs_lead_to_their_profile(string alias, string name) => Assert.Equal(name, GpuProfiles.Find(alias).Name);

    [Fact]
    public void An_unknown_device_is_refused_with_the_known_ones()
    {
        Assert.Null(GpuProfiles.TryFind("tpu"));
        Assert.Contains("h200", Assert.Throws<ArgumentException>(() => GpuProfiles.Find("tpu")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_survives_being_written_and_read()
    {
        var text = GpuProfileJson.Write(GpuProfiles.Find("a100"));
        var again = GpuProfileJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(text, GpuProfileJson.Write(again));
    }

    [Theory]
    [InlineData("{}", "required")]
    [InlineData("nonsense", "line 1")]
    [InlineData("{\"name\":\"x\",\"colour\":1}", "colour")]
    public void A_malformed_profile_is_refused_with_what_is_wrong(string text, string named)
    {
        var thrown = Assert.Throws<FormatException>(() => GpuProfileJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(text))));
        Assert.Contains(named, thrown.Message, StringComparison.Ordinal);
    }
}
