using System.Collections.Concurrent;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Planning;

/// <summary>
/// Requests that a fleet has to serve. Equal seeds give equal requests, so that all candidates are judged by the same ones. Safe to use
/// from several threads.
/// </summary>
public sealed class PlanLoad
{
    private readonly ConcurrentDictionary<ulong, Lazy<Trace>> _drawn = new();
    private readonly Func<ulong, Trace> _draw;

    private PlanLoad(Func<ulong, Trace> draw, bool isRandom, int outputTokensMax)
    {
        (_draw, IsRandom, OutputTokensMax) = (draw, isRandom, outputTokensMax);
        RatePerS = RateOf(Draw(FirstSeed).Requests);
    }

    /// <summary>Seed of the first run; further runs have the seeds after it.</summary>
    public const ulong FirstSeed = 1;

    /// <summary>Whether another seed gives other requests; a recorded trace is what it is.</summary>
    public bool IsRandom { get; }

    /// <summary>Arrivals per second of the first seed's requests.</summary>
    public double RatePerS { get; }

    /// <summary>Output limit that every request declares.</summary>
    public int OutputTokensMax { get; }

    /// <summary>Requests of the first seed.</summary>
    public int Requests => Draw(FirstSeed).Requests.Count;

    /// <summary>Requests drawn from a law, afresh for each seed.</summary>
    /// <exception cref="ArgumentException">The law gives fewer than two different arrival times.</exception>
    public static PlanLoad Of(WorkloadSpec spec) => new(
        seed => new Trace { Requests = WorkloadGenerator.Draw(spec, seed), FormatName = "drawn" },
        isRandom: true,
        (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)spec.OutputLength.TokensMax));

    /// <summary>A recorded trace, the same whatever the seed.</summary>
    /// <exception cref="ArgumentException">The trace has fewer than two different arrival times.</exception>
    public static PlanLoad Of(Trace trace, int outputTokensMax) => new(_ => trace, isRandom: false, outputTokensMax);

    /// <summary>What <paramref name="draw"/> makes of a seed: equal seeds, equal requests.</summary>
    /// <exception cref="ArgumentException">The first seed's requests have fewer than two different arrival times.</exception>
    public static PlanLoad Of(Func<ulong, Trace> draw, int outputTokensMax) => new(draw, isRandom: true, outputTokensMax);

    /// <summary>What a seed sees: as it is, or stretched so that its arrivals come at <paramref name="ratePerS"/> on average.</summary>
    /// <exception cref="ArgumentException">The seed's requests arrive at once and have no rate.</exception>
    public IReadOnlyList<TraceRequest> RequestsOf(ulong seed, double? ratePerS = null)
    {
        var trace = Draw(seed);
        return ratePerS is { } rate ? trace.ScaleRate(rate / RateOf(trace.Requests)).Requests : trace.Requests;
    }

    private Trace Draw(ulong seed) => _drawn.GetOrAdd(seed, key => new Lazy<Trace>(() => _draw(key))).Value;

    /// <summary>Mean arrivals per second.</summary>
    /// <exception cref="ArgumentException">There are fewer than two different arrival times.</exception>
    public static double RateOf(IReadOnlyList<TraceRequest> requests) => TraceStatistics.RateOf(requests)
        ?? throw new ArgumentException(
            "A load needs at least two requests that do not arrive at once, so that it has a rate.", nameof(requests));
}
