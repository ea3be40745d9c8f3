using System.Reflection;
using System.Text.RegularExpressions;
using Kantor.Cli.Tests.Policies;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;
using Kantor.Core.Testing.Laws;

namespace Kantor.Cli.Tests.Repository;

/// <summary>The batch policy of docs/recipes.md, as it is written there.</summary>
public partial class RecipeTests
{
    private static readonly Lazy<Assembly> Recipe = new(Compile);

    [Fact]
    public void Its_own_tests_pass()
    {
        var tests = Recipe.Value.GetTypes().SelectMany(type => type.GetMethods()).Where(method => method.GetCustomAttribute<FactAttribute>() is not null).ToArray();
        Assert.Equal(2, tests.Length);
        foreach (var test in tests) test.Invoke(Activator.CreateInstance(test.DeclaringType!), null);
    }

    [Fact]
    public void On_its_shelf_it_keeps_the_laws_with_each_option_and_is_called_what_makes_it_again()
    {
        var entry = Entry();
        PlannerLaws.Check(entry);
        PlannerLaws.Check(entry, new PolicyOption("patience-ms", "3"));
        OptionLaws.Check(entry);
        Assert.Equal("shortest-prompt:patience-ms=3", entry.Make(PolicySpec.Parse("shortest-prompt:patience-ms=3")).Name);
    }

    [Fact]
    public void It_promises_nothing_and_would_break_what_it_does_not_promise() =>
        Assert.Equal(["INV-RUN-10", "INV-RUN-17"], PlannerLaws.Broken(Entry().Make(PolicySpec.Of("shortest-prompt")), ~PolicyPromises.None).Select(finding => finding.Split(' ')[0]));

    private static PolicyEntry<IBatchPlanner> Entry()
    {
        var shelf = (PolicyShelf<IBatchPlanner>)Recipe.Value.GetType("Shelf")!.GetMethod("New")!.Invoke(null, null)!;
        return Assert.Single(shelf.Entries);
    }

    /// <summary>Planner, options and test are files; the line stands on a shelf of its own.</summary>
    private static Assembly Compile()
    {
        var blocks = Block().Matches(File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "recipes.md"))).Select(match => match.Groups["code"].Value).ToArray();
        Assert.Equal(4, blocks.Length);
        return Compiler.ToMemory("recipe", blocks[0], blocks[1], blocks[2], $$"""
            using Kantor.Core.Batching;
            using Kantor.Core.Batching.Policies.Arrival;
            using Kantor.Core.Catalogue;

            public static class Shelf
            {
                public static PolicyShelf<IBatchPlanner> New() => new PolicyShelf<IBatchPlanner>("policy")
            {{blocks[3]}};
            }
            """);
    }

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Block();
}
