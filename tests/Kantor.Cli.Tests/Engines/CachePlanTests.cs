using Kantor.Cli.Engines;
using Kantor.Cli.Shell;
using Kantor.Engine.Backends;

namespace Kantor.Cli.Tests.Engines;

/// <summary>Where cached prefixes lie when it was not typed, and what cannot be had together.</summary>
public class CachePlanTests
{
    private static readonly BackendInfo Model = new("model", 512, 2_048, 4_096, 255, 512, 64, KvTokenBytes: 12_288);
    private static readonly EngineSettings Plain = new() { Policy = EngineArguments.DefaultPolicy };

    [Fact]
    public void On_the_processor_the_pool_keeps_a_page_and_host_memory_the_rest()
    {
        var plan = CachePlan.Of(Plain, Model, onGpu: false);
        Assert.Equal(256, plan.PoolTokensMax);
        Assert.InRange(plan.Host!.Bytes, 1L << 20, 8L << 30);
    }

    [Fact]
    public void On_a_GPU_the_pool_keeps_all() => Assert.Equal(new CachePlan(null, null), CachePlan.Of(Plain, Model, onGpu: true));

    [Fact]
    public void Without_host_memory_the_pool_keeps_more() => Assert.Equal(
        new CachePlan(8_192, null), CachePlan.Of(Plain with { CacheRamMiB = 0 }, Model, onGpu: false));

    [Fact]
    public void What_is_typed_counts()
    {
        var plan = CachePlan.Of(Plain with { CacheRamMiB = 64, CacheTokens = 1_000 }, Model, onGpu: true);
        Assert.Equal((1_000, 64L << 20), (plan.PoolTokensMax, plan.Host!.Bytes));
    }

    [Fact]
    public void A_model_whose_KV_cannot_be_copied_has_none_unless_it_is_asked_for()
    {
        var fixedInPlace = Model with { KvTokenBytes = null };
        Assert.Equal(new CachePlan(8_192, null), CachePlan.Of(Plain, fixedInPlace, onGpu: false));
        AssertRefused("--cache-ram is 64, but the KV of this model cannot be copied", Plain with { CacheRamMiB = 64 }, fixedInPlace);
    }

    [Fact]
    public void Less_than_a_token_is_refused() =>
AssertRefused("--cache-ram is 1 MiB; the KV of one token takes 2,000,000 bytes", Plain with { CacheRamMiB = 1 }, Model with { KvTokenBytes = 2_000_000 });

    private static void AssertRefused(string message, EngineSettings settings, BackendInfo model) => Assert.StartsWith(
        message, Assert.Throws<UsageException>(() => CachePlan.Of(settings, model, onGpu: false)).Message, StringComparison.Ordinal);
}
