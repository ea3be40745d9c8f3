using System.Text.Json;
using Kantor.Core.Catalogue;
using Kantor.Reports.Runs;
using Kantor.Reports.Sweeps;

namespace Kantor.Reports.Comparisons;

/// <summary>
/// Writes a comparison as JSON, schema <c>kantor.compare.v1</c>: one entry of <c>runs</c> per policy, load and replicate with the fields of
/// <c>kantor.simulate.v1</c> and what the comparison adds; <c>rows</c> are the means. Equal inputs give equal bytes but for
/// <c>wall_s</c>, <c>simulated_requests_per_s</c> and <c>decision_*</c>.
/// </summary>
public static class ComparisonJson
{
    /// <summary>Writes all of it, ended by LF.</summary>
    public static void Write(Stream stream, ComparisonReport report) =>
        ReportJson.WriteDocument(stream, "kantor.compare.v1", json =>
        {
            WriteParameters(json, report);
            json.WriteStartArray("conclusions");
            foreach (var sentence in ComparisonWords.Of(report)) json.WriteStringValue(sentence);
            json.WriteEndArray();
            json.WriteStartArray("rows");
            foreach (var row in report.Rows) WriteRow(json, report, row);
            json.WriteEndArray();
            json.WriteStartArray("sensitivity");
            foreach (var row in report.Sensitivity) WriteSensitivity(json, row);
            json.WriteEndArray();
            json.WriteStartArray("runs");
            foreach (var row in report.Rows)
            {
                foreach (var run in row.Runs) WriteRun(json, report, row, run);
            }

            json.WriteEndArray();
        });

    private static void WriteParameters(Utf8JsonWriter json, ComparisonReport report)
    {
        json.WriteStartObject("parameters");
        json.WriteString("trace", report.Trace);
        json.WriteString("format", report.Format);
        json.WriteString("fleet", report.Fleet);
        json.WriteString("decision", report.Decision);
        foreach (var (decision, policy) in report.Shared) json.WriteString(decision, policy);
        json.WriteString("objective", report.Objective.ToString());
        json.WriteString("baseline", report.Baseline);
        json.WriteString("replicates", report.ReplicateKind);
        json.WriteNumber("requests_per_replicate", report.RequestsPerReplicate);
        json.WriteStartObject("knee");
        json.WriteNumber("rate_scale", Math.Round(report.Knee.RateScale, 6));
        ReportJson.WriteNumber(json, "arrivals_per_s", report.Knee.ArrivalsPerS);
        json.WriteString("rule", report.Knee.Rule);
        json.WriteEndObject();
        json.WriteStartArray("notes");
        foreach (var note in report.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteString("command", report.Command);
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, ComparisonReport report, ComparisonRow row)
    {
        json.WriteStartObject();
        json.WriteString("policy", row.Policy);
        WriteShared(json, report, row);
        WriteBand(json, "value", row.Value);
        WriteBand(json, "difference", row.Difference);
        WriteBand(json, "ratio", row.Ratio);
        WriteBeliefs(json, row.Beliefs);
        json.WriteStartArray("failures");
        foreach (var (replicate, message) in row.Failures) json.WriteStringValue($"{replicate}: {message}");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter json, ComparisonReport report, ComparisonRow row, ComparedRun run)
    {
        json.WriteStartObject();
        // The objective is said in the form of a comparison.
        ReportJson.WriteFigures(json, run.Run with { Objective = null });
        json.WriteString("replicate", run.Replicate);
        WriteShared(json, report, row);
        var value = report.Figure.Of(run.Run);
        ReportJson.WriteNumber(json, "value", Rounded(value));
        WriteBound(json, report.Figure, value, run.Bound);
        WriteBeliefs(json, run.Beliefs);
        if (row.Value is { HalfWidth: not null } band)
        {
            json.WriteStartArray("ci95");
            json.WriteNumberValue(Math.Round(band.Low, 6));
            json.WriteNumberValue(Math.Round(band.High, 6));
            json.WriteEndArray();
        }
        else
        {
            json.WriteNull("ci95");
        }

        json.WriteEndObject();
    }

    private static void WriteSensitivity(Utf8JsonWriter json, SensitivityRow row)
    {
        json.WriteStartObject();
        json.WriteString("world", row.World);
        json.WriteNumber("load", row.Load);
        json.WriteString("best", row.Best);
        json.WriteString("best_before", row.BestBefore);
        ReportJson.WriteNumber(json, "rank_correlation", Rounded(row.RankCorrelation));
        json.WriteStartObject("values");
        foreach (var (policy, mean) in row.Values) json.WriteNumber(policy, Math.Round(mean, 6));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteShared(Utf8JsonWriter json, ComparisonReport report, ComparisonRow row)
    {
        json.WriteNumber("load", row.Load);
        json.WriteString("objective", report.Objective.ToString());
        ReportJson.WriteNumber(json, "decision_us_p99", Rounded(row.Cost.P99Us));
        ReportJson.WriteNumber(json, "decision_bytes", Rounded(row.Cost.MeanBytes));
        json.WriteString("information", Word(row.Card.Information));
        json.WriteString("guarantee", row.Card.Guarantee);
        json.WriteString("evidence", Word(row.Card.Evidence));
        json.WriteBoolean("tuned", row.IsTuned);
    }

    private static void WriteBeliefs(Utf8JsonWriter json, BeliefQuality? beliefs)
    {
        if (beliefs is null) return;
        json.WriteStartObject("beliefs");
        json.WriteNumber("error_share", Math.Round(beliefs.Error, 6));
        json.WriteNumber("covered_share", Math.Round(beliefs.Coverage, 6));
        json.WriteNumber("good_decision_share", Math.Round(beliefs.GoodDecisions, 6));
        json.WriteEndObject();
    }

    private static void WriteBound(Utf8JsonWriter json, ObjectiveFigure figure, double? value, ComparedBound? bound)
    {
        if (bound is null)
        {
            json.WriteNull("bound");
            return;
        }

        json.WriteStartObject("bound");
        json.WriteString("name", bound.Name);
        json.WriteNumber("value", Math.Round(bound.Value, 6));
        ReportJson.WriteNumber(json, "ratio", value is { } reached ? Rounded(figure.Ratio(reached, bound.Value)) : null);
        json.WriteString("assumptions", bound.Assumptions);
        json.WriteEndObject();
    }

    private static void WriteBand(Utf8JsonWriter json, string name, SweepBand? band)
    {
        if (band is not { } known)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteNumber("mean", Math.Round(known.Mean, 6));
        ReportJson.WriteNumber(json, "ci95_half_width", Rounded(known.HalfWidth));
        json.WriteEndObject();
    }

    private static string Word(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    private static double? Rounded(double? value) => value is { } number && double.IsFinite(number) ? Math.Round(number, 6) : null;
}
