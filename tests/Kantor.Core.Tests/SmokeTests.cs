namespace Kantor.Core.Tests;

public class SmokeTests
{
    [Fact]
    public void Runner_runs() => Assert.True(true);
}
