using System.Text.Encodings.Web;
using System.Text.Json;
using Kantor.Core.Objectives;
using Kantor.Simulation.Metrics;

namespace Kantor.Reports.Runs;

/// <summary>
/// Writes a comparison as JSON, schema <c>kantor.simulate.v1</c>. Times are milliseconds with three decimals; percentiles are off by at
/// most <c>percentile_error_max</c> as a share of themselves; a distribution of nothing has null
/// figures. <c>timeline</c> holds buckets of equal width from time 0 (<see cref="RunTimeline"/>). Equal inputs give equal bytes but for
/// <c>wall_s</c> and <c>simulated_requests_per_s</c>.
/// </summary>
public static class ReportJson
{
    private static readonly JsonWriterOptions Options =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes all of it, ended by LF.</summary>
    public static void Write(Stream stream, RunParameters parameters, IEnumerable<RunReport> runs) =>
        WriteDocument(stream, "kantor.simulate.v1", json =>
    {
        WriteParameters(json, parameters);
        json.WriteStartArray("runs");
        foreach (var run in runs) WriteRun(json, run);
        json.WriteEndArray();
    });

    /// <summary>An object that begins with its schema, ended by LF.</summary>
    public static void WriteDocument(Stream stream, string schema, Action<Utf8JsonWriter> writeFields)
    {
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", schema);
            writeFields(json);
            json.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
    }

    /// <summary>A number, or null for none.</summary>
    public static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static void WriteParameters(Utf8JsonWriter json, RunParameters parameters)
    {
        json.WriteStartObject("parameters");
        if (parameters.Scenario is { } scenario) json.WriteString("scenario", scenario);
        json.WriteString("trace", parameters.Trace);
        json.WriteString("format", parameters.Format);
        json.WriteNumber("lines_skipped", parameters.LinesSkipped);
        json.WriteBoolean("batches_spread", parameters.BatchesSpread);
        json.WriteNumber("rate_scale", parameters.RateScale);
        json.WriteNumber("seed", parameters.Seed);
        json.WriteString("profile", parameters.Profile);
        json.WriteString("predictor", parameters.Predictor);
        json.WriteNumber("replicas", parameters.Replicas);
        json.WriteNumber("step_tokens_max", parameters.StepTokensMax);
        json.WriteNumber("running_max", parameters.RunningMax);
        json.WriteNumber("kv_tokens", parameters.KvTokens);
        json.WriteNumber("block_size_tokens", parameters.BlockSizeTokens);
        json.WriteBoolean("prefix_caching", parameters.PrefixCaching);
        json.WriteNumber("output_tokens_max", parameters.OutputTokensMax);
        json.WriteString("slo", parameters.Slo);
        json.WriteString("clients", parameters.Clients);
        json.WriteNumber("percentile_error_max", DurationHistogram.PercentileErrorMax);
        json.WriteEndObject();
    }

    private static void WriteRun(Utf8JsonWriter json, RunReport run)
    {
        json.WriteStartObject();
        WriteFigures(json, run);
        if (run.Timeline is { } timeline) WriteTimeline(json, timeline);
        json.WriteEndObject();
    }

    /// <summary>The fields of a run, into the object that is open.</summary>
    internal static void WriteFigures(Utf8JsonWriter json, RunReport run)
    {
        json.WriteString("policy", run.Policy);
        json.WriteString("routing", run.Routing);
        json.WriteNumber("requests", run.Requests);
        json.WriteNumber("completed", run.Completed);
        json.WriteNumber("rejected", run.Rejected);
        json.WriteNumber("attempts", run.Attempts);
        WriteLatency(json, "ttft_ms", run.Ttft);
        WriteLatency(json, "itl_ms", run.Itl);
        WriteLatency(json, "e2e_ms", run.E2e);
        WriteLatency(json, "tpot_ms", run.Tpot);
        WriteLatency(json, "queueing_ms", run.QueueingDelay);
        json.WriteNumber("makespan_s", run.MakespanS);
        json.WriteNumber("output_tokens_per_s", run.OutputTokensPerS);
        json.WriteStartObject("outcomes");
        foreach (var (outcome, requests) in run.Outcomes)
        {
            json.WriteNumber(JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString()), requests);
        }

        json.WriteEndObject();
        WriteTenants(json, run);
        json.WriteNumber("goodput_rps", run.GoodputRps);
        json.WriteNumber("slo_attainment", run.SloAttainment);
        WriteObjective(json, run.Objective);
        json.WriteNumber("prefix_hit_rate", run.PrefixHitRate);
        json.WriteNumber("preemptions", run.Preemptions);
        json.WriteNumber("recomputed_tokens", run.RecomputedTokens);
        json.WriteNumber("refound_tokens", run.RefoundTokens);
        json.WriteNumber("loaded_tokens", run.LoadedTokens);
        json.WriteNumber("swapped_tokens", run.SwappedTokens);
        WriteNumber(json, "pipeline_idle_share", run.PipelineIdleShare);
        WriteFleet(json, run.Fleet);
        json.WriteNumber("wall_s", run.WallS);
        json.WriteNumber("simulated_requests_per_s", run.SimulatedRequestsPerS);
    }

    /// <summary>Goodput of one class alone is in the fields before, so it is not said twice.</summary>
    private static void WriteObjective(Utf8JsonWriter json, ObjectiveScore? score)
    {
        if (score is null or { Objective: { Weights.Count: 0, Terms: [GoodputTerm { Factor: 1 }] } }) return;
        json.WriteStartObject("objective");
        json.WriteString("text", score.Objective.ToString());
        WriteNumber(json, "value", score.Value is { } value ? Math.Round(value, 6) : null);
        json.WriteStartObject("terms");
        foreach (var (term, figure) in score.Terms) WriteNumber(json, term, figure is { } number ? Math.Round(number, 6) : null);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFleet(Utf8JsonWriter json, FleetTotals fleet)
    {
        json.WriteStartObject("fleet");
        json.WriteNumber("replica_s", Math.Round(fleet.ReplicaUs / 1e6, 6));
        json.WriteNumber("replicas_max", fleet.TakingMax);
        json.WriteNumber("joined", fleet.Joined);
        json.WriteNumber("failed", fleet.Failed);
        json.WriteNumber("left", fleet.Left);
        json.WriteNumber("handed_on", fleet.HandedOn);
        json.WriteNumber("waited_outside", fleet.WaitedOutside);
        json.WriteEndObject();
    }

    private static void WriteTenants(Utf8JsonWriter json, RunReport run)
    {
        WriteNumber(json, "jain_index", run.JainIndex);
        json.WriteStartArray("tenants");
        foreach (var tenant in run.Tenants)
        {
            json.WriteStartObject();
            json.WriteString("tenant", tenant.Tenant);
            json.WriteNumber("requests", tenant.Requests);
            json.WriteNumber("completed", tenant.Completed);
            json.WriteNumber("rejected", tenant.Rejected);
            json.WriteNumber("service_tokens", tenant.ServiceTokens);
            json.WriteNumber("service_share", tenant.ServiceShare);
            json.WriteNumber("slo_attainment", tenant.SloAttainment);
            WriteLatency(json, "ttft_ms", tenant.Ttft);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTimeline(Utf8JsonWriter json, RunTimeline timeline)
    {
        json.WriteStartObject("timeline");
        json.WriteNumber("bucket_s", timeline.BucketS);
        WriteList(json, "waiting_mean", timeline.WaitingMean);
        WriteList(json, "waiting_max", timeline.WaitingMax);
        WriteList(json, "running_mean", timeline.RunningMean);
        WriteList(json, "kv_share_mean", timeline.KvShareMean);
        WriteList(json, "kv_share_max", timeline.KvShareMax);
        WriteList(json, "tokens_per_s", timeline.TokensPerS);
        json.WriteStartObject("tenants_tokens_per_s");
        foreach (var (tenant, tokensPerS) in timeline.Tenants) WriteList(json, tenant, tokensPerS);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>On one line, whatever its length.</summary>
    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<double> values)
    {
        json.WritePropertyName(name);
        json.WriteRawValue($"[{string.Join(',', values.Select(ReportCsv.Number))}]");
    }

    private static void WriteLatency(Utf8JsonWriter json, string name, LatencySummary? latency)
    {
        json.WriteStartObject(name);
        WriteNumber(json, "mean", latency?.MeanMs);
        WriteNumber(json, "p50", latency?.P50Ms);
        WriteNumber(json, "p90", latency?.P90Ms);
        WriteNumber(json, "p99", latency?.P99Ms);
        WriteNumber(json, "max", latency?.MaxMs);
        json.WriteEndObject();
    }
}
