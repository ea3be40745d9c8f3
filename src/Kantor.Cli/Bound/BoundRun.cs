using System.Globalization;
using System.Text.Json;
using Kantor.Bounds;
using Kantor.Bounds.Facts;
using Kantor.Bounds.Goodput;
using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Core.Objectives;
using Kantor.Reports.Runs;

namespace Kantor.Cli.Bound;

/// <summary>Computes the bound of a scenario's objective and says what it rests on.</summary>
internal sealed class BoundRun(Scenario scenario, RunSettings settings)
{
    private const string Schema = "kantor.bound.v1";

    public int Execute(CancellationToken cancellation)
    {
        settings.Reports.RequireWritable();
        var source = WorkloadSource.Open(scenario, settings, cancellation);
        var pool = scenario.Fleet.Pool;
        var requests = BoundInput.Requests(
            source.TraceOf(scenario).Requests, scenario.Objective, source.OutputTokensMax(scenario), pool.Kv.PrefixCaching,
            scenario.Clients.Options.Tenants);
        var fleet = BoundInput.Fleet(pool);
        var bound = HindsightBound.Of(scenario.Objective, requests, fleet)
            ?? throw new UsageException(
                $"--objective: there is no bound of '{scenario.Objective}'; there is one of goodput(…), latency(mean-e2e) and "
                + "latency(mean-ttft), each alone.");
        cancellation.ThrowIfCancellationRequested();
        ProvenBound[] bounds = [bound, .. GapSafe(requests, fleet)];
        var nearest = NearestInstances.Of(requests, fleet, scenario);
        WriteTable(settings.Reports.Tables, source, bounds);
        WriteNearest(settings.Reports.Tables, nearest);
        settings.Reports.Write(json => WriteJson(json, source, bounds, nearest), _ => { }, _ => { });
        return ExitCode.Success;
    }

    private IEnumerable<ProvenBound> GapSafe(IReadOnlyList<BoundRequest> requests, FleetFacts fleet) =>
        scenario.Objective.Terms is [GoodputTerm { Slo: { GapUsMax: not null } slo }]
            ? [GoodputBound.Of(requests, fleet, slo, new GoodputBoundOptions { IsGapSafe = true })]
            : [];

    private void WriteTable(TextWriter writer, WorkloadSource source, IReadOnlyList<ProvenBound> bounds)
    {
        writer.WriteLine($"{scenario.Workload.Title}: {source.Requests} requests; {RunWords.Of(scenario.Fleet)}; {scenario.Objective}");
        foreach (var bound in bounds)
        {
            writer.WriteLine();
            writer.WriteLine($"{bound.Name}: {(bound.IsUpper ? "at most" : "at least")} {Text(bound.Value)} {bound.Unit}");
            foreach (var step in bound.Steps) writer.WriteLine($"  {Text(step.Value),12}  {step.Name}");
            foreach (var assumption in bound.Assumptions) writer.WriteLine($"  - {assumption}");
        }
    }

    private static void WriteNearest(TextWriter writer, NearestInstances? nearest)
    {
        writer.WriteLine();
        if (nearest is null)
        {
            writer.WriteLine("Nearest solvable instances: none was solved.");
            return;
        }

        var (first, scale) = (nearest.Solved[0].Instance, nearest.Solved[0].Instance.Scale);
        writer.WriteLine(
            $"Nearest solvable instances: {nearest.Solved.Count} of {nearest.Tried} solved, {first.Requests.Count} requests each; one "
            + $"stands for {scale.Requests} requests, a step for {scale.Steps}, a token for {scale.Tokens}");
        writer.WriteLine(
            $"  {Share(nearest.MeanShare),12}  of the bound is reached by the optima, in sum; by the least {Share(nearest.LeastShare)}");
        foreach (var (policy, share) in nearest.Policies) writer.WriteLine($"  {Share(share),12}  of the optima is reached by {policy}");
    }

    private static string Share(double? share) => share is { } known ? TextTable.Share(known) : "–";

    private static double? Rounded(double? share) => share is { } known ? Math.Round(known, 6) : null;

    private void WriteJson(Stream stream, WorkloadSource source, IReadOnlyList<ProvenBound> bounds, NearestInstances? nearest) =>
        ReportJson.WriteDocument(stream, Schema, json =>
        {
            json.WriteString("trace", source.Name);
            json.WriteNumber("requests", source.Requests);
            json.WriteString("profile", scenario.Fleet.Pool.Profile.Name);
            json.WriteNumber("replicas", scenario.Fleet.Replicas);
            json.WriteNumber("rate_scale", scenario.Workload.RateScale);
            json.WriteString("objective", scenario.Objective.ToString());
            json.WriteStartArray("bounds");
            foreach (var bound in bounds) WriteBound(json, bound);
            json.WriteEndArray();
            WriteNearest(json, nearest);
        });

    private static void WriteNearest(Utf8JsonWriter json, NearestInstances? nearest)
    {
        if (nearest is null)
        {
            json.WriteNull("nearest_instances");
            return;
        }

        json.WriteStartObject("nearest_instances");
        json.WriteNumber("solved", nearest.Solved.Count);
        json.WriteNumber("tried", nearest.Tried);
        json.WriteNumber("requests_as_one", nearest.Solved[0].Instance.Scale.Requests);
        json.WriteNumber("steps_as_one", nearest.Solved[0].Instance.Scale.Steps);
        json.WriteNumber("tokens_as_one", nearest.Solved[0].Instance.Scale.Tokens);
        ReportJson.WriteNumber(json, "optimum_of_bound", Rounded(nearest.MeanShare));
        ReportJson.WriteNumber(json, "optimum_of_bound_least", Rounded(nearest.LeastShare));
        json.WriteStartObject("policies");
        foreach (var (policy, share) in nearest.Policies) ReportJson.WriteNumber(json, policy, Rounded(share));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteBound(Utf8JsonWriter json, ProvenBound bound)
    {
        json.WriteStartObject();
        json.WriteString("name", bound.Name);
        json.WriteNumber("value", bound.Value);
        json.WriteString("unit", bound.Unit);
        json.WriteBoolean("is_upper", bound.IsUpper);
        json.WriteStartArray("assumptions");
        foreach (var assumption in bound.Assumptions) json.WriteStringValue(assumption);
        json.WriteEndArray();
        json.WriteStartArray("steps");
        foreach (var step in bound.Steps)
        {
            json.WriteStartObject();
            json.WriteString("name", step.Name);
            json.WriteNumber("value", step.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Text(double value) => value.ToString(Math.Abs(value) < 100 ? "0.####" : "0.#", CultureInfo.InvariantCulture);
}
