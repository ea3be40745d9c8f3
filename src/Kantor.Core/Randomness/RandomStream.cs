namespace Kantor.Core.Randomness;

/// <summary>
/// A named, seeded stream of pseudo-random numbers (SplitMix64, Steele, Lea, Flood 2014). Streams of different names are independent, so a
/// new consumer does not shift the numbers of the others; equal seed and name give equal numbers on every machine.
/// </summary>
public sealed class RandomStream
{
    private ulong _state;

    /// <summary>The stream <paramref name="name"/> of the run's <paramref name="seed"/>.</summary>
    public RandomStream(ulong seed, string name)
    {
        _state = seed;
        foreach (var character in name) _state = Mix(_state ^ character) + 0x9E3779B97F4A7C15;
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>The bits that the stream gives after <paramref name="index"/> others from here, without drawing them.</summary>
    public ulong BitsAt(ulong index) => Mix(_state + ((index + 1) * 0x9E3779B97F4A7C15));

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => ToDouble(NextBits());

    /// <summary>
    /// The number that <see cref="NextDouble"/> gives after <paramref name="index"/> others from here, without drawing them.
    /// </summary>
    public double DoubleAt(ulong index) => ToDouble(BitsAt(index));

    /// <summary>Uniform in 0 … <paramref name="limit"/> − 1; <paramref name="limit"/> is at least 1.</summary>
    public int NextInt(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return (int)((UInt128)NextBits() * (ulong)limit >> 64);
    }

    private static double ToDouble(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong bits)
    {
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
