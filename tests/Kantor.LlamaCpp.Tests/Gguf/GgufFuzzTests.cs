using FsCheck;
using FsCheck.Fluent;
using Kantor.LlamaCpp.Fake;
using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp.Tests.Gguf;

/// <summary>Damaged files end in a format error or pass; they never crash, read past their end or make the reader allocate what they claim.</summary>
public class GgufFuzzTests
{
    // Buffer, vocabulary arrays of the small model and messages; a claimed count of 2^30 would need a thousand times more.
    private const long AllocationMax = 1 << 20;
    private static readonly byte[] Whole = WriteSmall();

    [Fact]
    public void Any_truncation_is_refused_inside_the_file__G18() =>
        Prop.ForAll(Gen.Choose(0, Whole.Length - 33).ToArbitrary(), cut =>
        {
            GgufFormatException? e = CheckBounded(Whole[..cut]);
            return e is not null && e.Offset <= cut && e.Section.Length > 0;
        }).Holds(500);

    [Fact]
    public void Any_flipped_bytes_are_refused_or_harmless__G18()
    {
        Gen<(int At, int Value)[]> flips = Gen.Choose(0, HeadBytes() + 64).SelectMany(at => Gen.Choose(0, 255).Select(v => (at, v))).ArrayOf()
            .Where(a => a.Length > 0);
        int refused = 0;
        Prop.ForAll(flips.ToArbitrary(), changes =>
        {
            byte[] bytes = [.. Whole];
            foreach ((int at, int value) in changes) bytes[at] ^= (byte)value;
            if (CheckBounded(bytes) is not null) refused++;
        }).Holds(2000);
        Assert.True(refused > 100, $"Only {refused} damaged files were refused.");
    }

    [Fact]
    public void Any_eight_bytes_overwritten_with_extremes_are_refused_or_harmless__G18()
    {
        ulong[] extremes = [0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 1UL << 32, 1UL << 40, long.MaxValue, 1UL << 63, ulong.MaxValue];
        for (int at = 4; at < HeadBytes(); at += 3)
        {
            byte[] bytes = [.. Whole];
            BitConverter.TryWriteBytes(bytes.AsSpan(at), extremes[at % extremes.Length]);
            CheckBounded(bytes);
        }
    }

    [Fact]
    public void Any_bytes_at_all_are_refused() =>
        Prop.ForAll<byte[]>(bytes => CheckBounded([.. "GGUF"u8, 3, 0, 0, 0, .. bytes]) is not null)
            .Holds(500);

    private static GgufFormatException? CheckBounded(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        GgufFormatException? error = null;
        try
        {
            GgufPreflight.Check(stream);
        }
        catch (GgufFormatException e)
        {
            error = e;
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocationMax);
        return error;
    }

    private static int HeadBytes() => (int)GgufPreflight.Check(new MemoryStream(Whole)).DataOffset;

    private static byte[] WriteSmall()
    {
        using var stream = new MemoryStream();
        FakeModelWriter.Write(new() { Layers = 1, Width = 32, Heads = 2, KvHeads = 1, FeedForward = 32, Vocabulary = 280 }, stream);
        return stream.ToArray();
    }
}
