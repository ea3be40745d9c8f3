using FsCheck;
using FsCheck.Fluent;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Tests.Catalogue;

public class PolicySpecTests
{
    [Fact]
    public void A_name_alone_and_a_name_with_options_are_read()
    {
        Assert.Equal(("svf", 0), (PolicySpec.Parse("svf").Name, PolicySpec.Parse(" svf ").Options.Count));
        var spec = PolicySpec.Parse("svf:backfilling=false:backfill-depth=8");
        Assert.Equal([new("backfilling", "false"), new("backfill-depth", "8")], spec.Options);
        Assert.True(spec.Has("backfilling"));
        Assert.False(spec.Has("aging"));
    }

    [Theory]
    [InlineData("", "not a policy's name")]
    [InlineData(":a=1", "not a policy's name")]
    [InlineData("a b", "not a policy's name")]
    [InlineData("svf:", "is not KEY=VALUE")]
    [InlineData("svf:backfilling", "is not KEY=VALUE")]
    [InlineData("svf:=false", "is not KEY=VALUE")]
    [InlineData("svf:backfilling=", "has the value ''")]
    [InlineData("svf:a=1:a=2", "stands twice")]
    public void Anything_else_is_refused_and_the_place_is_named(string text, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => PolicySpec.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_list_is_apart_by_commas() =>
        Assert.Equal(["svf:backfilling=false", "svf"], PolicySpec.ParseList("svf:backfilling=false, svf,").Select(spec => spec.ToString()));

    [Fact]
    public void What_is_written_is_read_back()
    {
        var words = Gen.Elements("a", "b-c", "x1", "0.5", "none").Select(word => word);
        var options = from keys in Gen.Shuffle(new[] { "k", "long-key", "z" })
                      from count in Gen.Choose(0, 3)
                      from values in words.ArrayOf(3)
                      select keys.Take(count).Zip(values, (key, value) => new PolicyOption(key, value)).ToArray();
        Prop.ForAll(Arb.From(options), written =>
        {
            var spec = PolicySpec.Of("policy", written);
            var again = PolicySpec.Parse(spec.ToString());
            return again.Name == spec.Name && again.Options.SequenceEqual(spec.Options);
        }).Holds();
    }
}
