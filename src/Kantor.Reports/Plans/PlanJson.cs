using System.Text.Json;
using Kantor.Planning;
using Kantor.Reports.Runs;

namespace Kantor.Reports.Plans;

/// <summary>
/// Writes a plan as JSON, schema <c>kantor.plan.v1</c>: what was asked, the choice, and every candidate with all that was tried of it.
/// Equal inputs give equal bytes. Shares are fractions; an interval is that of 95 %.
/// </summary>
public static class PlanJson
{
    /// <summary>Writes all of it, ended by LF.</summary>
    public static void Write(Stream stream, PlanReport report) => ReportJson.WriteDocument(stream, "kantor.plan.v1", json =>
    {
        WriteParameters(json, report);
        json.WriteNumber("candidates_total", report.Plan.RowsTotal);
        json.WriteBoolean("complete", report.Plan.IsComplete);
        WriteAnswer(json, report.Plan);
        json.WriteStartArray("candidates");
        foreach (var row in report.Plan.Rows) WriteRow(json, row);
        json.WriteEndArray();
    });

    private static void WriteParameters(Utf8JsonWriter json, PlanReport report)
    {
        json.WriteStartObject("parameters");
        json.WriteString("trace", report.Trace);
        json.WriteNumber("requests", report.Requests);
        json.WriteNumber("arrivals_per_s", report.Plan.RatePerS);
        json.WriteString("slo", report.Plan.Objective.Slo.ToString());
        json.WriteNumber("attainment", report.Plan.Objective.Attainment);
        json.WriteNumber("replicas_max", report.ReplicasMax);
        json.WriteNumber("gpus_per_node", report.GpusPerNode);
        json.WriteNumber("node_link_gbps", report.NodeGbps);
        json.WriteNumber("link_gbps", report.NetworkGbps);
        json.WriteEndObject();
    }

    private static void WriteAnswer(Utf8JsonWriter json, FleetPlan plan)
    {
        if (plan.Chosen is not { Shown: { } shown } chosen)
        {
            json.WriteNull("plan");
            return;
        }

        json.WriteStartObject("plan");
        json.WriteBoolean("disaggregate", chosen.Candidate.Layout.IsDisaggregated);
        json.WriteBoolean("sure", plan.IsSure);
        WriteTrial(json, shown);
        if (plan.SurelyMeets is not { } next)
        {
            json.WriteNull("surely_meets");
        }
        else
        {
            json.WriteStartObject("surely_meets");
            WriteTrial(json, next);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, PlanRow row)
    {
        json.WriteStartObject();
        json.WriteString("placement", PlanCsv.PlacementOf(row.Candidate.Layout));
        json.WriteBoolean("meets", row.Candidate.Size?.Fewest is not null);
        json.WriteBoolean("monotone", row.Candidate.Size?.IsMonotone ?? true);
        json.WriteString("rejection", row.Rejection);
        ReportJson.WriteNumber(json, "goodput_rps_per_gpu", row.GoodputPerSAndGpu);
        if (row.Shown is { } shown) WriteTrial(json, shown);
        json.WriteStartArray("trials");
        foreach (var trial in row.Candidate.Size?.Trials ?? [])
        {
            json.WriteStartObject();
            WriteTrial(json, trial);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTrial(Utf8JsonWriter json, FleetTrial trial)
    {
        json.WriteString("fleet", trial.Layout.Describe(trial.Units));
        json.WriteNumber("gpus", trial.Gpus);
        if (trial.PricePerH is { } price) json.WriteNumber("price_per_h", price);
        json.WriteNumber("attainment", trial.Attainment.Mean);
        json.WriteNumber("attainment_lower", trial.Attainment.Lower);
        json.WriteNumber("attainment_upper", trial.Attainment.Upper);
        json.WriteNumber("seeds", trial.Attainment.Seeds);
    }
}
