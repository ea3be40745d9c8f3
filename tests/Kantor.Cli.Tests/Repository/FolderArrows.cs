using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kantor.Cli.Tests.Repository;

/// <summary>
/// Which folder of a project uses which other, as the compiler resolves the names: every type, member and extension that a file names, by the
/// file that declares it. Names in documentation comments do not count.
/// </summary>
internal sealed class FolderArrows
{
    private static readonly string[] GlobalUsings =
        ["System", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks", "System.Collections.Generic"];

    private static readonly string[] WebUsings =
    [
        "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http",
        "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
        "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    private readonly Dictionary<string, SortedDictionary<string, string>> _uses = [];

    private FolderArrows(CSharpCompilation compilation, string root)
    {
        foreach (var tree in compilation.SyntaxTrees) Read(compilation.GetSemanticModel(tree), tree, root);
    }

    /// <summary>The arrows in a project's sources.</summary>
    public static FolderArrows Of(string project)
    {
        var root = Path.Combine(RepositoryFiles.Root, "src", project);
        var usings = string.Concat(GlobalUsings.Concat(IsWeb(root) ? WebUsings : []).Select(name => $"global using {name};\n"));
        var trees = RepositoryFiles.Sources($"src/{project}").Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), path: path))
            .Append(CSharpSyntaxTree.ParseText(usings, path: Path.Combine(root, "Usings.cs")));
        return new FolderArrows(Compile(project, trees, References(project)), root);
    }

    /// <summary>The arrows between sources that are given, by their paths.</summary>
    public static FolderArrows Of(params (string Path, string Text)[] sources) =>
        new(Compile("Given", sources.Select(source => CSharpSyntaxTree.ParseText(source.Text, path: $"/{source.Path}")), []), "/");

    /// <summary>Groups of folders that reach each other, each folder with one name that it uses of the next; empty when there is no circle.</summary>
    public IReadOnlyList<string> Circles()
    {
        var reach = _uses.Keys.ToDictionary(folder => folder, Reachable);
        return
        [
            .. _uses.SelectMany(from => from.Value.Select(to => (From: from.Key, To: to.Key, Name: to.Value)))
                .Where(arrow => reach.TryGetValue(arrow.To, out var back) && back.Contains(arrow.From))
                .Select(arrow => $"{arrow.From} -> {arrow.To} ({arrow.Name})").Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Whether a file of the first folder names something that the second declares.</summary>
    public bool Uses(string from, string to) => _uses.TryGetValue(from, out var uses) && uses.ContainsKey(to);

    private static CSharpCompilation Compile(string name, IEnumerable<SyntaxTree> trees, IEnumerable<MetadataReference> references) =>
        CSharpCompilation.Create(name, trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));

    private static bool IsWeb(string root) =>
        File.ReadAllText(Directory.GetFiles(root, "*.csproj").Single()).Contains("Microsoft.AspNetCore.App", StringComparison.Ordinal);

    private static IEnumerable<MetadataReference> References(string project) =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) is var name && name != project && !(project == "Kantor.Cli" && name == "kantor"))
            .Select(path => MetadataReference.CreateFromFile(path));

    private void Read(SemanticModel model, SyntaxTree tree, string root)
    {
        var from = FolderOf(tree.FilePath, root);
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            foreach (var file in FilesOf(model.GetSymbolInfo(name).Symbol))
            {
                var to = FolderOf(file, root);
                if (to == from) continue;
                if (!_uses.TryGetValue(from, out var uses)) _uses.Add(from, uses = new SortedDictionary<string, string>(StringComparer.Ordinal));
                uses.TryAdd(to, $"{Path.GetFileName(tree.FilePath)} names {name.Identifier.Text}");
            }
        }
    }

    /// <summary>The files that declare a symbol; a namespace is declared by none. Of a type over several files any one in a folder will do.</summary>
    private static IEnumerable<string> FilesOf(ISymbol? symbol) => symbol is null or INamespaceSymbol or ILocalSymbol or IParameterSymbol
        ? []
        : symbol.OriginalDefinition.DeclaringSyntaxReferences.Select(reference => reference.SyntaxTree.FilePath).Where(path => path.Length > 0);

    private static string FolderOf(string path, string root) =>
        Path.GetRelativePath(root, Path.GetDirectoryName(path)!).Replace('\\', '/') is var folder && folder == "." ? "(root)" : folder;

    private HashSet<string> Reachable(string from)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([from]);
        while (open.TryPop(out var folder))
        {
            foreach (var next in _uses.TryGetValue(folder, out var uses) ? uses.Keys : Enumerable.Empty<string>())
            {
                if (reached.Add(next)) open.Push(next);
            }
        }

        return reached;
    }
}
