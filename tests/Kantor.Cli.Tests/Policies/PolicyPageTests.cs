using Kantor.Cli.Policies;
using Kantor.Cli.Tests.Repository;
using Kantor.Core;

namespace Kantor.Cli.Tests.Policies;

public class PolicyPageTests
{
    [Fact]
    public void The_page_of_the_documents_is_that_of_the_shelves()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "policies.md"));
        Assert.True(
            PolicyPage.Markdown(KnownPolicies.NewShelves()) == page, "docs/policies.md is old: kantor policies --markdown > docs/policies.md");
    }

    [Fact]
    public void The_list_names_every_policy_and_option()
    {
        var text = PolicyPage.Text(PolicyCatalogue.BuiltIn);
        foreach (var entry in PolicyCatalogue.BuiltIn.Planners.Entries)
        {
            Assert.Contains($"  {entry.Name} ", text, StringComparison.Ordinal);
            Assert.All(entry.Options, key => Assert.Contains($":{key.Name}={key.Usual}", text, StringComparison.Ordinal));
        }
    }
}
