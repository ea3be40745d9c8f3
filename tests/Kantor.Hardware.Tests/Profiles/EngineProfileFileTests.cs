using Kantor.Core.StepTime;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Tests.Profiles;

public class EngineProfileFileTests
{
    private static readonly EngineProfileFile Profile = new()
    {
        Name = "probe",
        Origin = "a test",
        StepTime = new LinearStepTime(1, 2, 3, 0.4, 0.05),
        KvTokens = 1000,
        StepTokensMax = 512,
        RunningMax = 64,
        HeldOutError = new FitError(10, 0.1, 0.2),
    };

    [Fact]
    public void What_is_written_is_read() => WithFile(Profile.ToJson(), path => Assert.Equal(Profile, EngineProfileFile.Read(path)));

    [Fact]
    public void A_simulation_gets_its_step_times_and_limits()
    {
        var profile = Profile.ToProfile();
        Assert.Equal((1000, 512, 64), (profile.KvTokens, profile.Limits.StepTokensMax, profile.Limits.RunningMax));
        Assert.Equal(1 + (2 * 3) + (0.4 * 100) + (0.05 * 2 * 102), profile.StepTime.StepUs(new StepLoad(0, 2, 100, 0)), 1e-9);
    }

    [Theory]
    [InlineData("\"kv_tokens\": 1000", "\"kv_tokens\": 0", "kv_tokens")]
    [InlineData("\"fixed_us\": 1", "\"fixed_us\": -1", "step_time")]
    [InlineData("\"running_max\"", "\"running\"", "running")]
    [InlineData("{", "[", "line 1")]
    public void What_is_wrong_is_named(string right, string wrong, string said) =>
        WithFile(Profile.ToJson().Replace(right, wrong, StringComparison.Ordinal), path =>
        {
            var message = Assert.Throws<FormatException>(() => EngineProfileFile.Read(path)).Message;
            Assert.Contains(said, message);
            Assert.Contains(path, message);
        });

    [Fact]
    public void A_file_that_is_not_there_is_a_format_error_too() => Assert.Throws<FormatException>(() => EngineProfileFile.Read("/nowhere/profile.json"));

    private static void WithFile(string text, Action<string> test)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            test(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
