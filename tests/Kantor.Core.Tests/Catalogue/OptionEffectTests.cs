using Kantor.Core.Catalogue;
using Kantor.Core.Testing.Laws;

namespace Kantor.Core.Tests.Catalogue;

/// <summary>Every option of every policy of ours has an effect, and reports tell runs with it from runs without.</summary>
public class OptionEffectTests
{
    public static TheoryData<string> Planners => Names(PolicyCatalogue.BuiltIn.Planners);

    public static TheoryData<string> Admissions => Names(PolicyCatalogue.BuiltIn.Admissions);

    public static TheoryData<string> Routers => Names(PolicyCatalogue.BuiltIn.Routers);

    public static TheoryData<string> Predictors => Names(PolicyCatalogue.BuiltIn.Predictors);

    public static TheoryData<string> Autoscalers => Names(PolicyCatalogue.BuiltIn.Autoscalers);

    [Theory]
    [MemberData(nameof(Planners))]
    public void Every_option_of_a_planner_changes_its_steps(string name) => OptionLaws.Check(PolicyCatalogue.BuiltIn.Planners.Find(name));

    [Theory]
    [MemberData(nameof(Admissions))]
    public void Every_option_of_an_admission_policy_changes_its_verdicts(string name) => OptionLaws.Check(PolicyCatalogue.BuiltIn.Admissions.Find(name));

    [Theory]
    [MemberData(nameof(Routers))]
    public void Every_option_of_a_router_changes_its_decisions(string name) => OptionLaws.Check(PolicyCatalogue.BuiltIn.Routers.Find(name));

    [Theory]
    [MemberData(nameof(Predictors))]
    public void Every_option_of_a_predictor_changes_its_beliefs(string name) => OptionLaws.Check(PolicyCatalogue.BuiltIn.Predictors.Find(name));

    [Theory]
    [MemberData(nameof(Autoscalers))]
    public void Every_option_of_an_autoscaler_changes_what_it_wants(string name) => OptionLaws.Check(PolicyCatalogue.BuiltIn.Autoscalers.Find(name));

    private static TheoryData<string> Names<T>(PolicyShelf<T> shelf)
        where T : class => [.. shelf.Names];
}
