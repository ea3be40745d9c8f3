using System.Globalization;
using Kantor.Simulation.Metrics;

namespace Kantor.Reports.Runs;

/// <summary>
/// Writes a comparison as CSV (RFC 4180, LF): one line per run, the fields of the JSON report with distributions spread over columns.
/// </summary>
public static class ReportCsv
{
    internal const string Header =
        "policy,routing,requests,completed,rejected,"
        + "ttft_ms_mean,ttft_ms_p50,ttft_ms_p90,ttft_ms_p99,ttft_ms_max,"
        + "itl_ms_mean,itl_ms_p50,itl_ms_p90,itl_ms_p99,itl_ms_max,"
        + "e2e_ms_mean,e2e_ms_p50,e2e_ms_p90,e2e_ms_p99,e2e_ms_max,"
        + "tpot_ms_mean,tpot_ms_p50,tpot_ms_p90,tpot_ms_p99,tpot_ms_max,"
        + "queueing_ms_mean,queueing_ms_p50,queueing_ms_p90,queueing_ms_p99,queueing_ms_max,"
        + "makespan_s,output_tokens_per_s,jain_index,"
        + "goodput_rps,slo_attainment,prefix_hit_rate,preemptions,recomputed_tokens,wall_s,simulated_requests_per_s";

    /// <summary>Writes the header and all runs.</summary>
    public static void Write(TextWriter writer, IEnumerable<RunReport> runs)
    {
        writer.Write(Header + "\n");
        foreach (var run in runs) writer.Write(string.Join(',', Fields(run)) + "\n");
    }

    internal static IEnumerable<string> Fields(RunReport run) =>
    [
        Text(run.Policy), Text(run.Routing), Number(run.Requests), Number(run.Completed), Number(run.Rejected),
        .. Latency(run.Ttft), .. Latency(run.Itl), .. Latency(run.E2e), .. Latency(run.Tpot), .. Latency(run.QueueingDelay),
        Number(run.MakespanS), Number(run.OutputTokensPerS), run.JainIndex is { } jain ? Number(jain) : "",
        Number(run.GoodputRps), Number(run.SloAttainment), Number(run.PrefixHitRate), Number(run.Preemptions), Number(run.RecomputedTokens),
        Number(run.WallS), Number(run.SimulatedRequestsPerS),
    ];

    private static string[] Latency(LatencySummary? latency) => latency is null
        ? ["", "", "", "", ""]
        : [Number(latency.MeanMs), Number(latency.P50Ms), Number(latency.P90Ms), Number(latency.P99Ms), Number(latency.MaxMs)];

    internal static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    internal static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Quoted where needed; a text that a spreadsheet would run as a formula is made plain with an apostrophe.</summary>
    internal static string Text(string value)
    {
        if (value.Length > 0 && value[0] is '=' or '+' or '-' or '@' or '\t' or '\r') value = "'" + value;
        return value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
