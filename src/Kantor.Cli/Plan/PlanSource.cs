using System.Numerics;
using Kantor.Cli.Shell;
using Kantor.Cli.Sweep;
using Kantor.Planning;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Plan;

/// <summary>The requests to plan for: those of a trace file, or drawn afresh for each seed.</summary>
internal sealed record PlanSource(string Name, PlanLoad Load)
{
    /// <summary>Reads the trace file, if there is one.</summary>
    /// <exception cref="UsageException">The trace is malformed or has no rate.</exception>
    public static PlanSource Open(PlanSettings settings, CancellationToken cancellation)
    {
        try
        {
            return settings.Drawn is { } spec ? Drawn(spec, settings) : OfTrace(SweepSource.Open(settings.Shared, cancellation), settings);
        }
        catch (ArgumentException)
        {
            throw new UsageException("a plan needs at least two requests that do not arrive at once, so that there is a rate to plan for.");
        }
    }

    private static PlanSource Drawn(WorkloadSpec spec, PlanSettings settings) => new(
        "drawn requests",
        PlanLoad.Of(
            seed => AtRate(new Trace { Requests = WorkloadGenerator.Draw(spec, seed), FormatName = "drawn" }.ScaleRate(settings.Shared.RateScale), settings),
            settings.Shared.OutputTokensMax ?? (int)BitOperations.RoundUpToPowerOf2((uint)spec.OutputLength.TokensMax)));

    private static PlanSource OfTrace(SweepSource source, PlanSettings settings)
    {
        return new PlanSource(source.Name, source.IsRandom ? PlanLoad.Of(Draw, source.OutputTokensMax) : PlanLoad.Of(Draw(PlanLoad.FirstSeed), source.OutputTokensMax));

        Trace Draw(ulong seed) => AtRate(source.TraceOf(seed, settings.Shared.RateScale), settings);
    }

    private static Trace AtRate(Trace trace, PlanSettings settings) =>
        settings.RatePerS is { } rate ? trace.ScaleRate(rate / PlanLoad.RateOf(trace.Requests)) : trace;
}
