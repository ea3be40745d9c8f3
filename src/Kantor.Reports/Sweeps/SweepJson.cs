using System.Text.Json;
using Kantor.Reports.Runs;
using Kantor.Simulation.Metrics;

namespace Kantor.Reports.Sweeps;

/// <summary>
/// Writes a sweep as JSON, schema <c>kantor.sweep.v1</c>: each cell has its place in the grid and the fields of a run of
/// <c>kantor.simulate.v1</c> without its timeline; paired differences are those from the first policy on the same requests, whose place
/// names the first seed. Equal inputs give equal bytes but for <c>wall_s</c> and <c>simulated_requests_per_s</c>.
/// </summary>
public static class SweepJson
{
    /// <summary>Writes all of it, ended by LF.</summary>
    public static void Write(Stream stream, SweepReport sweep) => ReportJson.WriteDocument(stream, "kantor.sweep.v1", json =>
    {
        WriteParameters(json, sweep);
        json.WriteNumber("cells_total", sweep.CellsTotal);
        json.WriteBoolean("complete", sweep.IsComplete);
        json.WriteStartArray("cells");
        foreach (var cell in sweep.Cells) WriteCell(json, cell);
        json.WriteEndArray();
        json.WriteStartArray("paired_differences");
        foreach (var difference in PairedDifference.Of(sweep.Cells)) WriteDifference(json, difference);
        json.WriteEndArray();
        json.WriteStartArray("failures");
        foreach (var failure in sweep.Failures) WriteFailure(json, failure);
        json.WriteEndArray();
    });

    private static void WriteParameters(Utf8JsonWriter json, SweepReport sweep)
    {
        json.WriteStartObject("parameters");
        json.WriteString("command", sweep.Command);
        json.WriteString("trace", sweep.Trace);
        json.WriteString("format", sweep.Format);
        json.WriteNumber("requests", sweep.Requests);
        json.WriteNumber("lines_skipped", sweep.LinesSkipped);
        json.WriteBoolean("batches_spread", sweep.BatchesSpread);
        json.WriteString("profile", sweep.Profile);
        json.WriteString("predictor", sweep.Predictor);
        json.WriteNumber("running_max", sweep.RunningMax);
        json.WriteNumber("block_size_tokens", sweep.BlockSizeTokens);
        json.WriteBoolean("prefix_caching", sweep.PrefixCaching);
        json.WriteNumber("output_tokens_max", sweep.OutputTokensMax);
        json.WriteString("slo", sweep.Slo);
        json.WriteNumber("percentile_error_max", DurationHistogram.PercentileErrorMax);
        json.WriteEndObject();
    }

    private static void WriteCell(Utf8JsonWriter json, SweepCell cell)
    {
        json.WriteStartObject();
        WritePlace(json, cell.Point);
        ReportJson.WriteNumber(json, "arrivals_per_s", cell.ArrivalsPerS);
        ReportJson.WriteFigures(json, cell.Run);
        json.WriteEndObject();
    }

    private static void WriteDifference(Utf8JsonWriter json, PairedDifference difference)
    {
        json.WriteStartObject();
        WritePlace(json, difference.Point);
        json.WriteString("policy", difference.Point.Policy);
        json.WriteString("routing", difference.Point.Routing);
        json.WriteString("against", difference.Against);
        json.WriteString("figure", difference.Figure);
        json.WriteNumber("seeds", difference.Seeds);
        json.WriteNumber("mean", Math.Round(difference.Difference.Mean, 6));
        ReportJson.WriteNumber(json, "half_width_95", difference.Difference.HalfWidth is { } half ? Math.Round(half, 6) : null);
        json.WriteEndObject();
    }

    private static void WriteFailure(Utf8JsonWriter json, SweepFailure failure)
    {
        json.WriteStartObject();
        WritePlace(json, failure.Point);
        json.WriteString("policy", failure.Point.Policy);
        json.WriteString("routing", failure.Point.Routing);
        json.WriteString("message", failure.Message);
        json.WriteEndObject();
    }

    private static void WritePlace(Utf8JsonWriter json, SweepPoint point)
    {
        json.WriteNumber("replicas", point.Replicas);
        json.WriteNumber("step_tokens_max", point.StepTokensMax);
        json.WriteNumber("kv_tokens", point.KvTokens);
        json.WriteNumber("rate_scale", point.RateScale);
        json.WriteNumber("seed", point.Seed);
    }
}
