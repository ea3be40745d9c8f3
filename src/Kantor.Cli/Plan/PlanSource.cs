using Kantor.Cli.Runs;
using Kantor.Cli.Shell;
using Kantor.Planning;
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
            return Of(WorkloadSource.Open(settings.Shared, settings.Run, cancellation), settings);
        }
        catch (ArgumentException)
        {
            throw new UsageException("a plan needs at least two requests that do not arrive at once, so that there is a rate to plan for.");
        }
    }

    private static PlanSource Of(WorkloadSource source, PlanSettings settings)
    {
        var outputTokensMax = source.OutputTokensMax(settings.Shared);
        return new PlanSource(
            source.Name, source.IsRandom ? PlanLoad.Of(Draw, outputTokensMax) : PlanLoad.Of(Draw(PlanLoad.FirstSeed), outputTokensMax));

        Trace Draw(ulong seed) => AtRate(source.TraceOf(seed, settings.Shared.Workload.RateScale), settings);
    }

    private static Trace AtRate(Trace trace, PlanSettings settings) =>
        settings.RatePerS is { } rate ? trace.ScaleRate(rate / PlanLoad.RateOf(trace.Requests)) : trace;
}
