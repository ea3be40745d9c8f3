using Kantor.Cli.Tests.Repository;

namespace Kantor.Cli.Tests.Policies;

/// <summary>The sample projects, as they were built along with these tests.</summary>
internal static class Samples
{
    public static string OwnPolicy { get; } = Path.Combine(
        RepositoryFiles.Root, "artifacts", "bin", "OwnPolicy", Path.GetFileName(
            Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "OwnPolicy.dll");
}
