using System.Text.Json;
using Kantor.EventLogs.Records;
using Kantor.EventLogs.Replaying;
using Kantor.Reports.Runs;

namespace Kantor.Cli.Logs;

/// <summary>The JSON of <c>kantor replay</c>.</summary>
internal static class ReplayJson
{
    public static void Write(Stream stream, ReplicaRecord replica, IEnumerable<ReplayResult> results) =>
        ReportJson.WriteDocument(stream, "kantor.replay.v1", json =>
        {
            json.WriteNumber("replica", replica.Replica);
            json.WriteString("planned_by", replica.Policy);
            json.WriteStartArray("policies");
            foreach (var result in results) Write(json, result);
            json.WriteEndArray();
        });

    private static void Write(Utf8JsonWriter json, ReplayResult result)
    {
        json.WriteStartObject();
        json.WriteString("policy", result.Policy);
        json.WriteNumber("plans", result.Plans);
        json.WriteNumber("plans_otherwise", result.PlansOtherwise);
        json.WriteNumber("plans_faulty", result.PlansFaulty);
        json.WriteString("first_fault", result.FirstFault);
        json.WriteStartArray("counts");
        foreach (var ((recorded, judged), count) in result.Counts.OrderBy(pair => pair.Key))
        {
            json.WriteStartObject();
            json.WriteString("log", Word(recorded));
            json.WriteString("policy", Word(judged));
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("differences");
        foreach (var difference in result.Shown) Write(json, difference);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, in PlanDifference difference)
    {
        json.WriteStartObject();
        json.WriteNumber("at_us", difference.AtUs);
        if (difference.Request is { } request) json.WriteNumber("request", request);
        Write(json, "log", difference.Recorded);
        Write(json, "policy", difference.Judged);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, in PlanAction action)
    {
        json.WriteStartObject(name);
        json.WriteString("does", Word(action.Kind));
        json.WriteNumber("tokens", action.Tokens);
        json.WriteEndObject();
    }

    private static string Word(PlanActionKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());
}
