using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Generators;

/// <summary>
/// The trace that ships with the product: synthetic, drawn by <see cref="WorkloadGenerator"/> from <see cref="Spec"/> with seed
/// <see cref="Seed"/>, so that a simulation without any file shows something true. No user's data are in it.
/// </summary>
public static class SampleTrace
{
    /// <summary>Name under which it is reported.</summary>
    public const string Name = "sample-chat.jsonl";

    /// <summary>Seed of the draw.</summary>
    public const ulong Seed = 20_260;

    /// <summary>Chat lengths, near the capacity of one replica of the default profile; 24 system prompts of unequal popularity.</summary>
    public static WorkloadSpec Spec { get; } = WorkloadSpec.Chat(requests: 1000, ratePerS: 1.1) with
    {
        Prefixes = new PrefixFamilies(Count: 24, ZipfExponent: 1.0, BlocksMax: 3),
    };

    /// <summary>Opens it.</summary>
    public static TraceReader Open(TraceReadOptions options) => TraceReader.Open(OpenStream(), Name, options);

    /// <summary>Its bytes.</summary>
    public static Stream OpenStream() => typeof(SampleTrace).Assembly.GetManifestResourceStream("Kantor.Workloads.Generators." + Name)
        ?? throw new InvalidOperationException($"The resource {Name} is missing from the assembly.");
}
