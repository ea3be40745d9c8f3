namespace Kantor.LlamaCpp.Fake;

/// <summary>The SplitMix64 generator (Steele, Lea, Flood 2014): one addition and three mixes per number, the same on every platform.</summary>
internal struct SplitMix(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
