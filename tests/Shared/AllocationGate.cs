using System.Text.Json;

namespace Kantor.Tests.Shared;

/// <summary>Holds an operation to the bytes that <c>tests/allocations.json</c> allows it.</summary>
internal static class AllocationGate
{
    private const string File = "allocations.json";

    private static readonly Dictionary<string, double> BytesMax = ReadFile();

    /// <summary>Warms up, measures and compares; a test that allocates less than half of what it may says so as a warning.</summary>
    public static void Check(string operation, Action run, int warmUp = 200, int runs = 200)
    {
        for (var i = 0; i < warmUp; i++) run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < runs; i++) run();
        Judge(operation, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)runs);
    }

    /// <exception cref="Xunit.Sdk.XunitException">More bytes than allowed, or the file does not know the operation.</exception>
    internal static void Judge(string operation, double bytes)
    {
        Assert.True(BytesMax.TryGetValue(operation, out var max), $"{File} has no '{operation}'; it allocates {bytes:0.##} bytes.");
        Assert.True(bytes <= max, $"{operation} allocates {bytes:0.##} bytes; {File} allows {max:0.##}.");
        if (bytes < max / 2) TestContext.Current.AddWarning($"{operation} allocates {bytes:0.##} bytes; {File} allows {max:0.##} and can be tightened.");
    }

    private static Dictionary<string, double> ReadFile()
    {
        using var file = typeof(AllocationGate).Assembly.GetManifestResourceStream(File)!;
        return JsonSerializer.Deserialize<Dictionary<string, double>>(file)!;
    }
}
