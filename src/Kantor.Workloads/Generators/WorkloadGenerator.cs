using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Generators;

/// <summary>
/// Draws a trace from a <see cref="WorkloadSpec"/>. Arrivals, prompts, outputs and prefixes have random streams of their own.
/// </summary>
public static class WorkloadGenerator
{
    /// <summary>The trace of a seed: equal spec and seed, equal trace. Shorter than asked where the law of arrivals ends.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The spec is out of range.</exception>
    public static IReadOnlyList<TraceRequest> Draw(WorkloadSpec spec, ulong seed) => [.. Stream(spec, seed)];

    /// <summary>The same requests, each drawn when it is asked for.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The spec is out of range.</exception>
    public static IEnumerable<TraceRequest> Stream(WorkloadSpec spec, ulong seed)
    {
        spec.Validate();
        return Requests(spec, seed);
    }

    private static IEnumerable<TraceRequest> Requests(WorkloadSpec spec, ulong seed)
    {
        var (prompts, outputs) = (new RandomStream(seed, "prompts"), new RandomStream(seed, "outputs"));
        var prefixes = spec.Prefixes is { } families ? new PrefixDraw(families, new RandomStream(seed, "prefixes"), new BlockIds()) : null;
        foreach (var atUs in spec.Arrivals.TimesUs(new RandomStream(seed, "arrivals")).Take(spec.Requests))
        {
            yield return NewRequest((long)atUs, spec.PromptLength.Draw(prompts), spec.OutputLength.Draw(outputs), prefixes);
        }
    }

    /// <summary>A request with the content that the prefixes give it, or unknown content without.</summary>
    internal static TraceRequest NewRequest(long atUs, int prompt, int output, PrefixDraw? prefixes) => prefixes is null
        ? new TraceRequest(atUs, prompt, output)
        : new TraceRequest(atUs, prompt, output, prefixes.NextBlockIds(prompt), MooncakeFormat.TokensPerBlockId);
}
