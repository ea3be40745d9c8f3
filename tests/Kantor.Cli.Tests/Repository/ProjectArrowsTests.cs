using System.Xml.Linq;

namespace Kantor.Cli.Tests.Repository;

public class ProjectArrowsTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Kantor.Core"] = [],
        ["Kantor.Core.Testing"] = ["Kantor.Core"],
        ["Kantor.Bounds"] = ["Kantor.Core"],
        ["Kantor.Solvers"] = ["Kantor.Core", "Kantor.Bounds"],
        ["Kantor.Hardware"] = ["Kantor.Core"],
        ["Kantor.Workloads"] = ["Kantor.Core"],
        ["Kantor.Simulation"] = ["Kantor.Core", "Kantor.Workloads"],
        ["Kantor.Planning"] = ["Kantor.Core", "Kantor.Hardware", "Kantor.Workloads", "Kantor.Simulation"],
        ["Kantor.Reports"] = ["Kantor.Core", "Kantor.Hardware", "Kantor.Workloads", "Kantor.Simulation", "Kantor.Planning"],
        ["Kantor.Engine"] = ["Kantor.Core"],
        ["Kantor.EventLogs"] = ["Kantor.Core"],
        ["Kantor.Grammars"] = ["Kantor.Engine"],
        ["Kantor.LlamaCpp"] = ["Kantor.Engine"],
        ["Kantor.OpenAi"] = ["Kantor.Core"],
        ["Kantor.Anthropic"] = ["Kantor.Core", "Kantor.OpenAi"],
        ["Kantor.Server"] = ["Kantor.Anthropic", "Kantor.Core", "Kantor.OpenAi", "Kantor.Engine", "Kantor.Grammars"],
        ["Kantor.Cli"] =
        [
            "Kantor.Core", "Kantor.Bounds", "Kantor.Hardware", "Kantor.Workloads", "Kantor.Simulation", "Kantor.Planning", "Kantor.Reports",
            "Kantor.Engine", "Kantor.EventLogs", "Kantor.Grammars", "Kantor.LlamaCpp", "Kantor.OpenAi", "Kantor.Anthropic",
            "Kantor.Server",
        ],
    };

    [Fact]
    public void Projects_reference_only_what_the_layout_allows()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(RepositoryFiles.Root, "src"), "*.csproj", SearchOption.AllDirectories))
        {
            var project = Path.GetFileNameWithoutExtension(file);
            Assert.True(Allowed.ContainsKey(project), $"{project} is not in the layout; a project is added with an ADR.");
            var references = XDocument.Load(file).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
            Assert.Empty(references.Except(Allowed[project]));
        }
    }

    [Fact]
    public void Compiled_assemblies_reference_only_what_the_layout_allows()
    {
        // The program knows all; the solvers are not beside it (ADR 7), and their own tests look at them.
        foreach (var (project, allowed) in Allowed.Where(entry => entry.Key is not ("Kantor.Cli" or "Kantor.Solvers")))
        {
            var compiled = System.Reflection.Assembly.Load(project).GetReferencedAssemblies()
                .Select(name => name.Name!).Where(name => name.StartsWith("Kantor.", StringComparison.Ordinal));
            // What a project uses through its references' own signatures is allowed too.
            var reachable = allowed.Concat(allowed.SelectMany(next => Allowed[next])).ToHashSet();
            Assert.Empty(compiled.Except(reachable));
        }
    }

    [Fact]
    public void Core_has_no_package_and_no_project_beneath_it()
    {
        var core = XDocument.Load(Path.Combine(RepositoryFiles.Root, "src", "Kantor.Core", "Kantor.Core.csproj"));
        Assert.Empty(core.Descendants("PackageReference"));
        Assert.Empty(core.Descendants("FrameworkReference"));
    }
}
