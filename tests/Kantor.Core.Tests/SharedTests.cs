using FsCheck.Fluent;

namespace Kantor.Core.Tests;

/// <summary>The helpers that all test projects share do find out what they are for.</summary>
public class SharedTests
{
    [Fact]
    public void The_seed_is_that_of_the_day_or_the_one_that_is_given()
    {
        var evening = new DateTime(2026, 11, 26, 23, 59, 0, DateTimeKind.Utc);
        Assert.Equal((20_261_126u, 7u), (TestSeed.Read(null, evening), TestSeed.Read("7", evening)));
        foreach (var wrong in (string[])["", "-1", "x", "4294967296"])
            Assert.Contains($"KANTOR_TEST_SEED is '{wrong}'", Assert.Throws<FormatException>(() => TestSeed.Read(wrong, evening)).Message);
    }

    [Fact]
    public void A_failure_says_how_to_repeat_it()
    {
        var loop = Assert.Throws<Xunit.Sdk.XunitException>(() => TestSeed.Each(3, seed => Assert.NotEqual(2UL, seed % 1000)));
        Assert.Contains($"In run 2 of seed {TestSeed.Value}; repeat with KANTOR_TEST_SEED={TestSeed.Value}.", loop.Message);
        var law = Assert.Throws<Xunit.Sdk.XunitException>(() => Prop.ForAll<int>(number => number < 3).Holds(1000));
        Assert.Contains($"repeat with KANTOR_TEST_SEED={TestSeed.Value}.", law.Message);
    }

    [Fact]
    public void Equal_seeds_try_equal_inputs()
    {
        var (first, second) = (new List<int>(), new List<int>());
        Prop.ForAll<int>(first.Add).Holds();
        Prop.ForAll<int>(second.Add).Holds();
        Assert.Equal(first, second);
        Assert.True(first.Distinct().Count() > 10);
    }

    [Fact]
    public void One_byte_too_many_and_an_unknown_operation_are_found_out()
    {
        Assert.Contains("allows 0", Assert.ThrowsAny<Exception>(() => AllocationGate.Judge("a step time", 1)).Message);
        Assert.Contains("has no 'anything'", Assert.ThrowsAny<Exception>(() => AllocationGate.Judge("anything", 0)).Message);
        object? kept = null;
        Assert.ThrowsAny<Exception>(() => AllocationGate.Check("a step time", () => kept = new object()));
        Assert.NotNull(kept);
    }
}
