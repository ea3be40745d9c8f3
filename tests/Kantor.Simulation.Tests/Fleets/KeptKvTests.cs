using Kantor.Core.Kv;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Simulation.Pools;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Fleets;

/// <summary>A prompt's KV is kept where it was computed only until nobody needs it there.</summary>
public class KeptKvTests
{
    private static readonly int[] Prompt = [1, 2, 3, 4];

    [Fact]
    public void A_prompt_is_copied_once_and_its_request_goes_on_elsewhere()
    {
        var records = RunVerified([Request(0, 16, 4, Prompt)], Apart(prefixCaching: false)).Records;
        // Two steps of prompt (10 and 6 tokens): 360 us. The copy of 16 tokens: 50 + 32. Three decodes of 101 us.
        Assert.Equal((360L, 360L + 82 + 303), (records[0].FirstTokenUs, records[0].LastTokenUs));
        Assert.Equal(82 + 101, records[0].GapUsMax);
    }

    [Fact]
    public void What_the_decoding_replica_has_cached_is_not_copied_and_frees_the_prefilling_one_at_once()
    {
        // Room for one prompt of 16 tokens and one block more: the third request needs what was kept for the second.
        var trace = new[] { Request(0, 16, 2, Prompt), Request(5_000, 16, 8, Prompt), Request(5_001, 16, 2, 11, 12, 13, 14) };
        var options = Apart(prefixCaching: true) with { Kv = Small(blocks: 5).Kv };
        var records = RunVerified(trace, options).Records;
        Assert.True(records[2].FirstTokenUs < records[1].LastTokenUs, $"{records[1]}, {records[2]}");
    }

    [Fact]
    public void What_a_tier_gives_is_not_copied_and_frees_the_prefilling_replica_when_it_is_there()
    {
        var trace = new[] { Request(0, 16, 2, Prompt), Request(5_000, 16, 8, Prompt), Request(5_001, 16, 2, 11, 12, 13, 14) };
        var tier = Tier(40, new KvLink { TokensPerUs = 1 });
        var apart = Apart(prefixCaching: false);
        var options = apart with { Kv = apart.Kv with { BlocksTotal = 5 }, Decode = apart.Decode! with { Tiers = [tier] } };
        var records = RunVerified(trace, options).Records;
        Assert.True(records[2].FirstTokenUs < records[1].LastTokenUs, $"{records[1]}, {records[2]}");
    }

    [Fact]
    public void A_prefilling_replica_needs_room_for_the_prompt_only()
    {
        // 16 tokens of prompt in a pool of 16; the declared output of 8 has room where it is generated.
        var apart = Apart(prefixCaching: false);
        var result = RunVerified([Request(0, 16, 8, Prompt)], apart with { Kv = apart.Kv with { BlocksTotal = 4 } });
        Assert.Equal((1, 8), (result.Completed, result.Records[0].OutputTokens));
        Assert.Equal(1, RunVerified([Request(0, 16, 8, Prompt)], apart with { Kv = apart.Kv with { BlocksTotal = 3 } }).Rejected);
    }

    private static SimulationOptions Apart(bool prefixCaching)
    {
        var pool = Small();
        return pool with
        {
            Kv = pool.Kv with { PrefixCaching = prefixCaching },
            Decode = new DecodePool
            {
                Planner = pool.Planner,
                Router = new RoundRobinRouter(),
                Limits = pool.Limits,
                Kv = pool.Kv with { PrefixCaching = prefixCaching },
                StepTime = pool.StepTime,
                NewPredictor = pool.NewPredictor,
                Link = new KvLink { TokensPerUs = 0.5, LatencyUs = 50 },
            },
        };
    }
}
