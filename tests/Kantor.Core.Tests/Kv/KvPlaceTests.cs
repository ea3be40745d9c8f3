using Kantor.Core.Kv;

namespace Kantor.Core.Tests.Kv;

public class KvPlaceTests
{
    private static readonly KvLink Link = new() { TokensPerUs = 0.5, LatencyUs = 30 };
    private static readonly KvPlace Host = new() { Name = "host", Blocks = 4, Link = Link };

    [Fact]
    public void A_place_has_room_up_to_its_size_and_one_that_does_not_count_always()
    {
        foreach (var (used, more) in from used in Enumerable.Range(0, 6) from more in Enumerable.Range(0, 6) select (used, more))
        {
            Assert.Equal(used + more <= 4, Host.HasRoom(used, more));
            Assert.True((Host with { Blocks = null }).HasRoom(used, more));
        }

        Assert.False((Host with { Blocks = int.MaxValue }).HasRoom(1, int.MaxValue));
    }

    [Fact]
    public void A_copy_takes_the_latency_and_its_tokens_by_the_speed_rounded_up()
    {
        Assert.Equal([30L, 32, 36], ((long[])[0, 1, 3]).Select(Link.CopyUs));
        Assert.Equal(32, (Link with { TokensPerUs = 0.6 }).CopyUs(1));
    }

    [Fact]
    public void A_wrong_place_is_refused_by_the_name_of_what_is_wrong()
    {
        (KvPlace Place, string Name)[] wrong =
        [
            (Host with { Name = " " }, nameof(KvPlace.Name)),
            (Host with { Blocks = 0 }, nameof(KvPlace.Blocks)),
            (Host with { Link = Link with { TokensPerUs = 0 } }, nameof(KvLink.TokensPerUs)),
            (Host with { Link = Link with { LatencyUs = -1 } }, nameof(KvLink.LatencyUs)),
        ];
        Host.Validate();
        foreach (var (place, name) in wrong) Assert.Contains(name, Assert.ThrowsAny<ArgumentException>(place.Validate).Message);
    }

    [Fact]
    public void Places_of_one_replica_have_names_of_their_own()
    {
        KvPlace.Validate([Host, Host with { Name = "disk" }]);
        Assert.Contains("'host'", Assert.Throws<ArgumentException>(() => KvPlace.Validate([Host, Host with { Blocks = 9 }])).Message);
    }

    [Fact]
    public void A_tier_needs_a_size_because_it_keeps_books_of_its_blocks()
    {
        Assert.Equal(Host, new KvTier(Host, 4).Place);
        Assert.Contains("'host'", Assert.Throws<ArgumentException>(() => new KvTier(Host with { Blocks = null }, 4)).Message);
    }
}
