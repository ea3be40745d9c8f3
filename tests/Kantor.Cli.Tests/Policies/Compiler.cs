using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Kantor.Cli.Tests.Policies;

/// <summary>Compiles what a test wrote, against what this process knows; what is given instead replaces Kantor.Core.</summary>
internal static class Compiler
{
    private const string Usings = "global using System; global using System.Collections.Generic; global using System.Linq;";

    /// <summary>The assembly as a file.</summary>
    public static string ToFile(string folder, string name, string source, params MetadataReference[] instead)
    {
        var path = Path.Combine(folder, name + ".dll");
        using var file = File.Create(path);
        Emit(name, [source], instead, file);
        return path;
    }

    /// <summary>The assembly, loaded into this process.</summary>
    public static Assembly ToMemory(string name, params string[] sources)
    {
        using var image = new MemoryStream();
        Emit(name, sources, [], image);
        return Assembly.Load(image.ToArray());
    }

    private static void Emit(string name, string[] sources, MetadataReference[] instead, Stream into)
    {
        var compilation = CSharpCompilation.Create(
            name,
            [.. sources.Append(Usings).Select(source => CSharpSyntaxTree.ParseText(source))],
            [.. Known(without: instead.Length > 0 ? ["Kantor.Core"] : []), .. instead],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        var result = compilation.Emit(into);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error)));
    }

    /// <summary>What this process knows.</summary>
    private static IEnumerable<MetadataReference> Known(string[] without) =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !without.Contains(Path.GetFileNameWithoutExtension(path)))
            .Select(path => MetadataReference.CreateFromFile(path));
}
