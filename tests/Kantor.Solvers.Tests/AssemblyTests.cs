using Google.OrTools.Init;
using Kantor.Solvers.Rounds;

namespace Kantor.Solvers.Tests;

public class AssemblyTests
{
    [Fact]
    public void The_native_library_of_this_platform_loads() =>
        Assert.Equal("9.15.6755", OrToolsVersion.VersionString());

    [Fact]
    public void It_knows_bounds_and_core_and_nothing_else_of_kantor()
    {
        var known = typeof(RoundProgram).Assembly.GetReferencedAssemblies()
            .Select(name => name.Name!).Where(name => name.StartsWith("Kantor.", StringComparison.Ordinal));
        Assert.Empty(known.Except(["Kantor.Core", "Kantor.Bounds"]));
    }
}
