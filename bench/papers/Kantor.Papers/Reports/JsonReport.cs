using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kantor.Papers.Reports;

/// <summary>The figures as JSON.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(IReadOnlyList<StudyResult> results, Effort effort, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Effort = effort == Effort.Full ? "full" : "reduced",
            Studies = results.Select(result => new
            {
                result.Study.Name,
                result.Study.Title,
                result.Study.Source,
                result.Study.Differs,
                Figures = result.Figures.Select(figure => new
                {
                    figure.Quantity,
                    Paper = figure.Claim.Said,
                    figure.Claim.Least,
                    figure.Claim.Most,
                    figure.Ours,
                    figure.MissedBy,
                    figure.Finding,
                }),
            }),
        },
        Options));
}
