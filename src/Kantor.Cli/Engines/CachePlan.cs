using Kantor.Cli.Shell;
using Kantor.Engine;
using Kantor.Engine.Backends;

namespace Kantor.Cli.Engines;

/// <summary>Where cached prefixes lie, when it was not typed: what suits device and machine.</summary>
/// <param name="PoolTokensMax">Most idle tokens in the pool; null for all that fit.</param>
/// <param name="Host">Memory behind it; null for none.</param>
internal sealed record CachePlan(int? PoolTokensMax, HostCacheOptions? Host)
{
    /// <summary>As much as llama-server takes.</summary>
    private const long UsualRamMiB = 8_192;

    // One page of llama.cpp's attention: what lies in it is walked anyway.
    private const int ProcessorTokens = 256;
    private const int ProcessorTokensAlone = 8_192;

    /// <summary>The plan for an engine.</summary>
    /// <exception cref="UsageException">What was typed cannot be had together.</exception>
    public static CachePlan Of(EngineSettings settings, BackendInfo model, bool onGpu)
    {
        var host = HostOf(settings.CacheRamMiB ?? (onGpu ? 0 : UsualMiB()), settings, model);
        return new CachePlan(settings.CacheTokens ?? PoolTokens(onGpu, host is not null), host);
    }

    private static int? PoolTokens(bool onGpu, bool hasHost) => onGpu ? null : hasHost ? ProcessorTokens : ProcessorTokensAlone;

    private static long UsualMiB() => Math.Min(UsualRamMiB, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 >> 20);

    private static HostCacheOptions? HostOf(long miB, EngineSettings settings, BackendInfo model)
    {
        if (miB == 0) return null;
        if (model.KvTokenBytes is { } tokenBytes && miB << 20 >= tokenBytes) return new HostCacheOptions { Bytes = miB << 20 };
        if (settings.CacheRamMiB is null) return null;
        throw new UsageException(
            model.KvTokenBytes is { } bytes
                ? $"{EngineArguments.CacheRam} is {miB} MiB; the KV of one token takes {bytes:N0} bytes."
                : $"{EngineArguments.CacheRam} is {miB}, but the KV of this model cannot be copied; it must be 0 or be left away.");
    }
}
