using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kantor.Cli.Tests.Repository;

/// <summary>How large lines, methods, types and folders may be. What exceeds a limit today is listed, and the lists only shrink.</summary>
public class SourceSizeTests
{
    private const int LineWidthMax = 140;
    private const int MethodTokensMax = 250;
    private const int TypeLinesMax = 400;
    private const int TypeMembersMax = 60;
    private const int FolderFilesMax = 26;

    [Fact]
    public void Lines_have_at_most_140_characters() => Ratchet.Check(
        Sources().SelectMany(WideLines),
        LineWidthMax);

    [Fact]
    public void Methods_hold_at_most_250_tokens() => Ratchet.Check(
        Sources().SelectMany(path => RepositoryFiles.Parse(path).DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
            .Select(method => ($"{RepositoryFiles.Relative(path)}: {RepositoryFiles.NameOf(method)}", method.DescendantTokens().Count()))),
        MethodTokensMax);

    [Fact]
    public void Types_have_at_most_400_lines_over_all_their_files() => Ratchet.Check(
        Types().Select(type => (type.Name, type.Parts.Sum(RepositoryFiles.LinesOf))),
        TypeLinesMax);

    [Fact]
    public void Types_have_at_most_60_members_over_all_their_files() => Ratchet.Check(
        Types().Select(type => (type.Name, type.Parts.Sum(part => part.Members.Count))),
        TypeMembersMax);

    [Fact]
    public void Folders_hold_at_most_26_files() => Ratchet.Check(
        Sources().GroupBy(path => Path.GetDirectoryName(path)!).Select(folder => (RepositoryFiles.Relative(folder.Key), folder.Count())),
        FolderFilesMax);

    private static IEnumerable<string> Sources() => RepositoryFiles.Sources("src");

    /// <summary>Lines of code and comment that are wider than the limit. Raw texts are as wide as what they are to give.</summary>
    private static IEnumerable<(string Where, int Width)> WideLines(string path)
    {
        var lines = File.ReadAllLines(path);
        if (!lines.Any(line => line.Length > LineWidthMax)) return [];
        var raw = RawLines(RepositoryFiles.Parse(path));
        return lines.Index().Where(line => !raw.Contains(line.Index)).Select(line => (RepositoryFiles.Relative(path), line.Item.Length));
    }

    private static HashSet<int> RawLines(CompilationUnitSyntax unit) =>
    [
        .. unit.DescendantTokens()
            .Where(token => token.Kind() is SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken)
            .Select(token => token.GetLocation().GetLineSpan())
            .SelectMany(span => Enumerable.Range(span.StartLinePosition.Line, span.EndLinePosition.Line - span.StartLinePosition.Line + 1)),
    ];

    /// <summary>Every type of every project with its declarations; nested ones by the name of the outer type.</summary>
    private static IEnumerable<(string Name, TypeDeclarationSyntax[] Parts)> Types() => Sources()
        .SelectMany(path => RepositoryFiles.Parse(path).DescendantNodes().OfType<TypeDeclarationSyntax>()
            .Select(type => (Name: NameOf(type), Type: type)))
        .GroupBy(type => type.Name)
        .Select(type => (type.Key, type.Select(part => part.Type).ToArray()));

    /// <summary>Namespace, outer types and number of type parameters, so that only the parts of one type share a name.</summary>
    private static string NameOf(TypeDeclarationSyntax type) => string.Join(
        '.',
        type.AncestorsAndSelf().Reverse().Select(node => node switch
        {
            BaseNamespaceDeclarationSyntax space => space.Name.ToString(),
            TypeDeclarationSyntax { TypeParameterList: { } parameters } generic => $"{generic.Identifier.Text}`{parameters.Parameters.Count}",
            TypeDeclarationSyntax plain => plain.Identifier.Text,
            _ => null,
        }).OfType<string>());
}
