using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Scenarios;

/// <summary>Where the requests of a scenario come from.</summary>
internal abstract record ScenarioWorkload
{
    /// <summary>What reports call it.</summary>
    public abstract string Name { get; }

    /// <summary>What headings call it.</summary>
    public virtual string Title => Name;

    /// <summary>Whether another seed gives other requests.</summary>
    public virtual bool IsDrawn => true;

    /// <summary>
    /// Output limit that clients declare where they say nothing; null for the largest output, rounded up to a power of two.
    /// </summary>
    public int? OutputTokensMax { get; init; }

    /// <summary>Whether requests belong to sessions; null when only the trace tells.</summary>
    public virtual bool? HasSessions => null;

    /// <summary>Tenants that requests name; null when only the trace tells.</summary>
    public virtual IReadOnlyList<string>? Tenants => null;

    /// <summary>Arrivals so many times as dense.</summary>
    public double RateScale { get; init; } = 1;

    /// <summary>Which requests ask for which adapter; null leaves them as they are.</summary>
    public AdapterPopularity? Adapters { get; init; }

    /// <summary>Whether batched arrivals are to be spread over the recorder's tick.</summary>
    public virtual bool SpreadsBatches => false;

    /// <summary>The requests as recorded or drawn.</summary>
    /// <param name="folder">Folder that file names are relative to.</param>
    /// <param name="seed">Seed of what is drawn.</param>
    /// <param name="cancellation">Ends the loading.</param>
    /// <exception cref="TraceException">The trace is malformed, or of another format than it is said to be.</exception>
    public abstract Trace Load(string folder, ulong seed, CancellationToken cancellation);
}

/// <summary>A recorded trace, or the sample that ships with the product when there is no file.</summary>
internal sealed record TraceWorkload : ScenarioWorkload
{
    /// <inheritdoc/>
    public override string Name => File is null ? SampleTrace.Name : Path.GetFileName(File);

    /// <inheritdoc/>
    public override string Title => File is null ? Name + " (synthetic, ships with kantor)" : Name;

    /// <inheritdoc/>
    public override bool IsDrawn => false;

    /// <inheritdoc/>
    public override bool? HasSessions => File is null ? false : null;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Tenants => File is null ? [] : null;

    /// <inheritdoc/>
    public override bool SpreadsBatches => Spreads;

    public required string? File { get; init; }

    /// <summary>Format that the file has to be in, by the reader's name; null for any.</summary>
    public string? Format { get; init; }

    public bool SkipsBadLines { get; init; }

    public bool Spreads { get; init; }

    public int? RequestsLimit { get; init; }

    /// <inheritdoc/>
    public override Trace Load(string folder, ulong seed, CancellationToken cancellation)
    {
        var options = new TraceReadOptions { SkipsBadLines = SkipsBadLines, RequestsLimit = RequestsLimit };
        var trace = Trace.Load(
            File is { } file ? TraceReader.Open(Path.Combine(folder, file), options) : SampleTrace.Open(options),
            cancellation: cancellation);
        return Format is null || trace.FormatName == Format
            ? trace
            : throw new TraceException($"{File} is in the format {trace.FormatName}, not in {Format} as workload.trace.format says.");
    }
}

/// <summary>Requests drawn from laws.</summary>
/// <param name="Kind">Key of the workload.</param>
/// <param name="Spec">What is drawn: a <see cref="WorkloadSpec"/>, a <see cref="SessionSpec"/>, tenants or a ServeGen model.</param>
/// <param name="Draw">Draws the requests, given the folder that file names are relative to and a seed.</param>
internal sealed record DrawnWorkload(string Kind, object Spec, Func<string, ulong, IReadOnlyList<TraceRequest>> Draw) : ScenarioWorkload
{
    /// <summary>
    /// Requests of one law of arrivals and lengths; clients declare the law's longest output, rounded up to a power of two.
    /// </summary>
    public static DrawnWorkload Of(string kind, WorkloadSpec spec) => new(kind, spec, (_, seed) => WorkloadGenerator.Draw(spec, seed))
    {
        OutputTokensMax = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)spec.OutputLength.TokensMax),
    };

    /// <inheritdoc/>
    public override string Name => Called ?? $"drawn {Kind}";

    /// <summary>What reports call it, where that is not its kind.</summary>
    public string? Called { get; init; }

    /// <summary>What reports call its format.</summary>
    public string Format { get; init; } = "drawn";

    /// <inheritdoc/>
    public override bool? HasSessions => Spec is SessionSpec;

    /// <inheritdoc/>
    public override IReadOnlyList<string>? Tenants => Spec switch
    {
        IReadOnlyList<TenantWorkload> tenants => [.. tenants.Select(tenant => tenant.Name)],
        WorkloadSpec or SessionSpec => [],
        _ => null,
    };

    /// <inheritdoc/>
    public override Trace Load(string folder, ulong seed, CancellationToken cancellation)
    {
        var requests = Draw(folder, seed);
        if (requests.Count == 0) throw new TraceException($"The workload {Kind} has no request: its arrivals end before the first.");
        return new Trace { Requests = requests, FormatName = Format };
    }
}
