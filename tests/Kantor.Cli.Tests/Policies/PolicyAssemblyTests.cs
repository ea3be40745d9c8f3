using Kantor.Cli.Policies;
using Kantor.Cli.Shell;
using Kantor.Core;
using Kantor.Core.Catalogue;
using Kantor.Core.Testing.Laws;
using Microsoft.CodeAnalysis;

namespace Kantor.Cli.Tests.Policies;

/// <summary>Policies from outside, and what is said of assemblies that bring none.</summary>
public sealed class PolicyAssemblyTests : IDisposable
{
    private const string Pack = """
        public sealed class Pack : Kantor.Core.IPolicyPack
        {
            public void AddTo(Kantor.Core.PolicyShelves shelves) => BODY;
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-policies-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_sample_is_on_the_shelf_with_its_options_beside_ours()
    {
        var shelves = PolicyCatalogue.NewShelves();
        PolicyAssembly.AddTo(shelves, Samples.OwnPolicy);
        Assert.Equal("last-come:admissions-max=3", shelves.Planners.Make("last-come:admissions-max=3").Name);
        Assert.Equal("last-come", shelves.Planners.Names[^1]);
        Assert.Contains("must be a whole number from 1 to 10000", Assert.Throws<ArgumentException>(() => shelves.Planners.Make("last-come:admissions-max=0")).Message);
        Assert.DoesNotContain("last-come", PolicyCatalogue.PlannerNames);
    }

    [Fact]
    public void The_sample_keeps_the_laws_and_its_promises()
    {
        var shelves = PolicyCatalogue.NewShelves();
        PolicyAssembly.AddTo(shelves, Samples.OwnPolicy);
        PlannerLaws.Check(shelves.Planners.Find("last-come"));
        PlannerLaws.Check(shelves.Planners.Find("last-come"), new PolicyOption("admissions-max", "1"));
        OptionLaws.Check(shelves.Planners.Find("last-come"));
    }

    [Fact]
    public void A_name_that_is_taken_is_said()
    {
        var shelves = PolicyCatalogue.NewShelves();
        PolicyAssembly.AddTo(shelves, Samples.OwnPolicy);
        Refuses(Samples.OwnPolicy, "There is a policy 'last-come' already.", shelves);
    }

    [Fact]
    public void A_file_that_is_not_there_or_no_assembly_is_said()
    {
        var text = Path.Combine(_folder, "text.dll");
        File.WriteAllText(text, "no assembly");
        Refuses(text, "is not a .NET assembly.");
        Refuses(Path.Combine(_folder, "none.dll"), "there is no file");
    }

    [Fact]
    public void An_assembly_without_policies_with_two_packs_or_one_that_cannot_be_made_is_said()
    {
        Refuses(Compiler.ToFile(_folder, "nothing", "public sealed class Nothing;"), "has no public class that implements IPolicyPack.");
        Refuses(Compiler.ToFile(_folder, "hidden", Body("throw new Exception()").Replace("public sealed class", "internal sealed class", StringComparison.Ordinal)), "has no public class");
        Refuses(Compiler.ToFile(_folder, "two", Body("_ = shelves") + Body("_ = shelves").Replace("class Pack", "class Other", StringComparison.Ordinal)), "has 2 classes");
        Refuses(Compiler.ToFile(_folder, "made", Body("_ = shelves").Replace("Pack :", "Pack(int size) :", StringComparison.Ordinal)), "no constructor without parameters");
    }

    [Fact]
    public void A_pack_that_throws_is_said_with_what_it_threw() =>
        Refuses(Compiler.ToFile(_folder, "throws", Body("throw new InvalidOperationException(\"not today\")")), "threw InvalidOperationException instead of adding policies: not today");

    [Fact]
    public void An_assembly_built_against_another_core_is_said()
    {
        var other = Compiler.ToFile(_folder, "Kantor.Core", """
            namespace Kantor.Core;
            public interface IPolicyPack { void AddTo(PolicyShelves shelves); }
            public sealed class PolicyShelves { public int Gone() => 0; }
            """);
        var path = Compiler.ToFile(_folder, "old", Body("shelves.Gone()"), MetadataReference.CreateFromFile(other));
        Refuses(path, $"was built against another Kantor.Core than {typeof(PolicyCatalogue).Assembly.GetName().Version}");
    }

    [Fact]
    public void What_an_assembly_needs_and_does_not_bring_is_named()
    {
        var helper = Compiler.ToFile(_folder, "helper", "public static class Helper { public static int Size => 1; }");
        var path = Compiler.ToFile(
            _folder, "needy", Body("_ = Helper.Size"), MetadataReference.CreateFromFile(helper), MetadataReference.CreateFromFile(typeof(PolicyCatalogue).Assembly.Location));
        File.Delete(helper);
        Refuses(path, "needs 'helper, Version=0.0.0.0");
    }

    private static string Body(string body) => Pack.Replace("BODY", body, StringComparison.Ordinal);

    private static void Refuses(string path, string says, PolicyShelves? shelves = null)
    {
        var wrong = Assert.Throws<UsageException>(() => PolicyAssembly.AddTo(shelves ?? PolicyCatalogue.NewShelves(), path));
        Assert.StartsWith("--policy-assembly: ", wrong.Message);
        Assert.Contains(says, wrong.Message);
    }
}
