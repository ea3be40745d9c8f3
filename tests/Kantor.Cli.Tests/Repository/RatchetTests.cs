namespace Kantor.Cli.Tests.Repository;

public class RatchetTests
{
    private static readonly (string, int)[] Found = [("short", 9), ("long", 12), ("twice", 3), ("twice", 11)];

    [Fact]
    public void What_keeps_to_the_limit_or_is_listed_passes() => Assert.Empty(Ratchet.Faults(Found, 10, ("long", 12), ("twice", 20)));

    [Fact]
    public void What_is_above_the_limit_and_not_listed_fails() =>
        Assert.Equal(["twice has 11; at most 10 are allowed."], Ratchet.Faults(Found, 10, ("long", 12)));

    [Fact]
    public void What_has_grown_since_it_was_listed_fails() =>
        Assert.Equal(["long has 12; at most 11 are allowed."], Ratchet.Faults(Found, 10, ("long", 11), ("twice", 11)));

    [Fact]
    public void What_is_listed_without_need_fails() => Assert.Equal(
        ["gone keeps to 10; take it off the list.", "short keeps to 10; take it off the list."],
        Ratchet.Faults(Found, 10, ("long", 12), ("twice", 11), ("short", 9), ("gone", 12)));
}
