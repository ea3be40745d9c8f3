using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Parts;

/// <summary>Hashes for routers: the same on every machine, without memory (the finisher of SplitMix64; Steele, Lea, Flood 2014).</summary>
internal static class Hashes
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    /// <summary>The hash of something in the light of something else.</summary>
    public static ulong Of(ulong seed, ulong value)
    {
        var bits = (seed ^ value) + Step;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }

    /// <summary>A number from 0 to <paramref name="limit"/> − 1 that depends on the request alone, not on who came before it.</summary>
    public static int Draw(RequestId request, int limit) => (int)((Of(Step, (ulong)request.Value) >> 32) * (ulong)limit >> 32);

    /// <summary>A number from 0, below 1, that depends on the request alone.</summary>
    public static double Share(RequestId request) => (Of(Step, (ulong)request.Value) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Where a cache domain begins: content of another one never has its hashes.</summary>
    public static ulong Of(CacheDomain domain) => Of(Of(Step, (ulong)domain.Tenant), (ulong)domain.Adapter);
}
