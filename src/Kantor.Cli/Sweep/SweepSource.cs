using Kantor.Cli.Simulate;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Sweep;

/// <summary>
/// Gives each cell its requests: those of the trace file, batched arrivals spread by the seed; without a file a fresh sample of
/// <see cref="SampleTrace.Spec"/> per seed. Equal seeds give equal requests. Safe to use from several threads.
/// </summary>
internal sealed class SweepSource
{
    private readonly SimulateSettings _settings;
    private readonly Trace? _trace;

    private SweepSource(SimulateSettings settings, Trace? trace)
    {
        _settings = settings;
        _trace = trace;
        BatchesSpread = trace is not null && TraceInput.Describe(trace, settings);
    }

    public string Name => _settings.TracePath is { } path ? Path.GetFileName(path) : "synthetic chat";

    public string Format => _trace?.FormatName ?? "a fresh sample per seed, from the law of " + SampleTrace.Name;

    public int Requests => _trace?.Requests.Count ?? Spec.Requests;

    public long LinesSkipped => _trace?.LinesSkipped ?? 0;

    public bool BatchesSpread { get; }

    /// <summary>Whether the seed changes the requests.</summary>
    public bool IsRandom => _trace is null || BatchesSpread;

    /// <summary>Declared output limit of every request in every cell.</summary>
    public int OutputTokensMax => _settings.OutputTokensMax
        ?? _trace?.OutputTokensMaxDefault
        ?? (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Spec.OutputLength.TokensMax);

    private WorkloadSpec Spec => SampleTrace.Spec with { Requests = Math.Min(SampleTrace.Spec.Requests, _settings.RequestsLimit ?? int.MaxValue) };

    /// <summary>Reads the trace file, if there is one.</summary>
    public static SweepSource Open(SimulateSettings settings, CancellationToken cancellation) =>
        new(settings, settings.TracePath is null ? null : TraceInput.Load(settings, cancellation));

    /// <summary>The requests of a cell.</summary>
    public Trace TraceOf(ulong seed, double rateScale)
    {
        var trace = _trace ?? new Trace { Requests = WorkloadGenerator.Draw(Spec, seed), FormatName = Format };
        if (BatchesSpread) trace = TraceInput.Spread(trace, seed);
        return trace.ScaleRate(rateScale);
    }
}
