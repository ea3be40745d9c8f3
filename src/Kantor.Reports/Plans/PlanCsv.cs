using Kantor.Planning;
using Kantor.Reports.Runs;

namespace Kantor.Reports.Plans;

/// <summary>Writes the table of a plan as CSV (RFC 4180, LF), one line per candidate.</summary>
public static class PlanCsv
{
    private const string Header =
        "fleet,placement,gpus,attainment,attainment_lower,attainment_upper,seeds,goodput_rps_per_gpu,price_per_h,meets,chosen,rejection";

    /// <summary>Writes the header and all candidates.</summary>
    public static void Write(TextWriter writer, FleetPlan plan)
    {
        writer.Write(Header + "\n");
        foreach (var row in plan.Rows) writer.Write(string.Join(',', Fields(row)) + "\n");
    }

    internal static string PlacementOf(FleetLayout layout) => layout.Decode switch
    {
        null => "colocated",
        { Placement: DecodePlacement.SameNode } => "same-node",
        _ => "across-nodes",
    };

    private static IEnumerable<string> Fields(PlanRow row)
    {
        var shown = row.Shown;
        return
        [
            ReportCsv.Text((shown?.Layout ?? row.Candidate.Layout).Describe(shown?.Units ?? 1)), PlacementOf(row.Candidate.Layout),
            Number(shown?.Gpus), Number(shown?.Attainment.Mean), Number(shown?.Attainment.Lower), Number(shown?.Attainment.Upper),
            Number(shown?.Attainment.Seeds),
            Number(row.GoodputPerSAndGpu), Number(shown?.PricePerH), YesOrNo(row.Candidate.Size?.Fewest is not null),
            YesOrNo(row.Rejection is null), ReportCsv.Text(row.Rejection ?? ""),
        ];
    }

    private static string Number(double? value) => value is { } number ? ReportCsv.Number(number) : "";

    private static string YesOrNo(bool value) => value ? "true" : "false";
}
