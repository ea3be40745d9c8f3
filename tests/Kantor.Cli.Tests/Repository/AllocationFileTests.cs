using System.Text.Json;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kantor.Cli.Tests.Repository;

/// <summary>
/// A line of <c>tests/allocations.json</c> that no test asks for holds nothing to anything. Which lines are asked for is read off the sources,
/// because no test project runs all of them.
/// </summary>
public class AllocationFileTests
{
    private const string Gate = "AllocationGate";

    [Fact]
    public void Every_line_is_asked_for_and_everything_asked_for_is_a_line()
    {
        var file = Path.Combine(RepositoryFiles.Root, "tests", "allocations.json");
        var lines = JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(file))!.Keys;
        // The tests of the gate itself ask for what is not there.
        var asked = RepositoryFiles.Sources("tests")
            .Where(path => Path.GetFileName(path) is not ("SharedTests.cs" or nameof(AllocationFileTests) + ".cs"))
            .SelectMany(path => Operations(RepositoryFiles.Parse(path)));
        Assert.Equal(lines.Order(StringComparer.Ordinal), asked.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_a_test_asks_for_is_read_with_the_values_of_its_rows() =>
        Assert.Equal(["a step", "a plan of one at night", "a plan of two at night"], OperationsOf(
            """
            class Some
            {
                [Fact] void Plain() => AllocationGate.Check("a step", Run, runs: 3);

                [Theory, InlineData("one"), InlineData("two")]
                void Rows(string policy) { Other.Check("a tree", Run); AllocationGate.Judge($"a plan of {policy} at night", 1); }
            }
            """));

    [Fact]
    public void An_operation_that_cannot_be_read_is_not_passed_over() => Assert.Contains(
        "AllocationGate.Judge(name, 1)",
        Assert.Throws<NotSupportedException>(() => OperationsOf("class Some { void Any(string name) => AllocationGate.Judge(name, 1); }")).Message);

    private static string[] OperationsOf(string source) => [.. Operations(CSharpSyntaxTree.ParseText(source).GetCompilationUnitRoot())];

    private static IEnumerable<string> Operations(CompilationUnitSyntax file) =>
        file.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Where(call => call.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: Gate } })
            .SelectMany(call => call.ArgumentList.Arguments[0].Expression switch
            {
                LiteralExpressionSyntax literal => [literal.Token.ValueText],
                InterpolatedStringExpressionSyntax text => RowsOf(call).Select(row => Filled(text, row)),
                _ => throw new NotSupportedException($"{call}: the operation is no text with the rows of a theory."),
            });

    /// <summary>The first value of each row of the theory that the call is in.</summary>
    private static IEnumerable<string> RowsOf(InvocationExpressionSyntax call) =>
        call.Ancestors().OfType<MethodDeclarationSyntax>().First().AttributeLists.SelectMany(list => list.Attributes)
            .Where(attribute => attribute.Name.ToString() == "InlineData")
            .Select(attribute => ((LiteralExpressionSyntax)attribute.ArgumentList!.Arguments[0].Expression).Token.ValueText);

    private static string Filled(InterpolatedStringExpressionSyntax text, string row) =>
        string.Concat(text.Contents.Select(part => part is InterpolatedStringTextSyntax plain ? plain.TextToken.ValueText : row));
}
