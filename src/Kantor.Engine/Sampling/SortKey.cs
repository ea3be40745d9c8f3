namespace Kantor.Engine.Sampling;

/// <summary>A logit and its token in one integer whose ascending order is: larger logit first, lower token among equals.</summary>
internal static class SortKey
{
    public static ulong Of(float logit, int token)
    {
        // Adding zero makes -0 and +0 the same key. Flipping the bits of negative numbers, and the sign of others, orders IEEE bits as
        // integers.
        var bits = BitConverter.SingleToUInt32Bits(logit + 0f);
        var ascending = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
        return ((ulong)~ascending << 32) | (uint)token;
    }

    public static int TokenOf(ulong key) => (int)(uint)key;

    public static float LogitOf(ulong key)
    {
        var ascending = ~(uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle((ascending & 0x8000_0000) != 0 ? ascending & 0x7FFF_FFFF : ~ascending);
    }
}
