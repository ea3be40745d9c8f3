using Kantor.Core.Kv;
using Kantor.Simulation.Pools;
using Kantor.Simulation.Replicas;

namespace Kantor.Simulation.Tests.Replicas;

public class LinkQueueTests
{
    /// <summary>Half a token a microsecond and 30 us for each copy.</summary>
    private static readonly KvLink Link = new() { TokensPerUs = 0.5, LatencyUs = 30 };

    [Fact]
    public void Copies_over_one_link_come_one_after_the_other()
    {
        var queue = new LinkQueue(Link);
        // 10 tokens take 50 us each: the second is asked for while the first is under way, the third when the link has been free for a while.
        Assert.Equal([150L, 200, 550], ((long[])[100, 120, 500]).Select(nowUs => queue.EndUs(nowUs, 10)));
        Assert.Equal(150, queue.BusyUs);
    }

    [Fact]
    public void A_link_of_its_own_waits_for_nobody() =>
        Assert.Equal((150L, 170L), (new LinkQueue(Link).EndUs(100, 10), new LinkQueue(Link).EndUs(120, 10)));
}
