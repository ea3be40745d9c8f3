using System.Globalization;
using Kantor.Cli.Shell;
using Kantor.Planning;
using Kantor.Reports.Plans;

namespace Kantor.Cli.Plan;

/// <summary>The plan for people: the table that it was decided from, the choice first, and the answer in words.</summary>
internal static class PlanTable
{
    private static readonly string[] Columns = ["fleet", "decision", "GPUs", "in SLO", "±", "seeds", "goodput/s/GPU", "price/h"];

    public static void Write(TextWriter writer, PlanReport report)
    {
        var plan = report.Plan;
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Trace}: {report.Requests} requests at {plan.RatePerS:0.###}/s; {plan.Objective.Attainment * 100:0.##} % within "
            + $"{plan.Objective.Slo}; "
            + $"up to {report.ReplicasMax} replicas, {report.GpusPerNode} GPUs a node, KV at {report.NodeGbps:0.###} Gbit/s in a node and "
            + $"{report.NetworkGbps:0.###} across"));
        TextTable.Write(writer, Columns, namesLeft: 2, InOrder(plan).Select(Cells));
        writer.WriteLine("±: half of the 95 % interval over other requests of the same kind.");
        foreach (var line in Answer(plan)) writer.WriteLine(line);
    }

    /// <summary>The answer, and how far it can be trusted.</summary>
    public static IEnumerable<string> Answer(FleetPlan plan)
    {
        if (!plan.IsComplete)
        {
            yield return $"Interrupted: {plan.Rows.Count} of {plan.RowsTotal} candidates are finished; the others may be better.";
        }
        if (plan.Chosen is not { Shown: { } shown } chosen)
        {
            yield return plan.IsComplete
                ? "No plan: no candidate meets the objectives."
                : "No plan: no finished candidate meets the objectives.";
            yield break;
        }

        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"Plan: {shown.Layout.Describe(shown.Units)}: {FleetPlan.Count(shown.Gpus)}, {TextTable.Share(shown.Attainment.Mean)} ± "
            + $"{TextTable.Share(shown.Attainment.HalfWidth)} of the requests within the objectives.");
        if (!plan.IsSure) yield return NotSure(plan);
        if (chosen.Candidate.Size is { IsMonotone: false })
        {
            yield return "Fewer replicas of it met the objectives while some greater number missed them: routing or batching does not gain "
                + "from every replica here.";
        }
        if (Comparison(plan, chosen, shown) is { } comparison) yield return comparison;
    }

    private static string NotSure(FleetPlan plan) => plan.SurelyMeets is { } next
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"Not sure: the interval holds the target. {next.Layout.Describe(next.Units)} ({FleetPlan.Count(next.Gpus)}, "
            + $"{TextTable.Share(next.Attainment.Mean)}) meets it for sure.")
        : "Not sure: the interval holds the target, and nothing larger that was tried meets it for sure; more requests or --seeds would "
            + "tell.";

    /// <summary>Whether to disaggregate, with the best of the other kind; null where there is none to compare with.</summary>
    private static string? Comparison(FleetPlan plan, PlanRow chosen, FleetTrial shown)
    {
        var isApart = chosen.Candidate.Layout.IsDisaggregated;
        var others = plan.Rows.Where(row => row.Candidate.Layout.IsDisaggregated != isApart).ToArray();
        if (others.Length == 0) return null;
        var advice = isApart ? "Disaggregate" : "Do not disaggregate";
        var other = isApart ? "colocated fleet" : "fleet with prefill and decode apart";
        return others.Where(row => row.Candidate.Size?.Fewest is not null)
            .MinBy(row => row.Shown!.PricePerH ?? row.Shown.Gpus)?.Shown is { } best
            ? string.Create(CultureInfo.InvariantCulture, $"{advice}: the best {other} needs {Needs(best)}, this one {Needs(shown)}.")
            : $"{advice}: no {other} meets the objectives.";
    }

    private static string Needs(FleetTrial trial) => trial.PricePerH is { } price
        ? string.Create(CultureInfo.InvariantCulture, $"{FleetPlan.Count(trial.Gpus)} for {price:0.00} an hour")
        : FleetPlan.Count(trial.Gpus);

    private static IEnumerable<PlanRow> InOrder(FleetPlan plan) => plan.Rows
        .OrderBy(row => row.Rejection is null ? 0 : row.Candidate.Size?.Fewest is not null ? 1 : 2)
        .ThenBy(row => row.Shown?.PricePerH ?? row.Shown?.Gpus)
        .ThenByDescending(row => row.Shown?.Attainment.Mean);

    private static string[] Cells(PlanRow row) => row.Shown is not { } shown
        ? [row.Candidate.Layout.Describe(1), row.Rejection!, "–", "–", "–", "–", "–", "–"]
        :
        [
            shown.Layout.Describe(shown.Units), row.Rejection ?? "chosen", TextTable.Whole(shown.Gpus),
            TextTable.Share(shown.Attainment.Mean), TextTable.Share(shown.Attainment.HalfWidth), TextTable.Whole(shown.Attainment.Seeds),
            row.GoodputPerSAndGpu?.ToString("0.###", CultureInfo.InvariantCulture) ?? "–",
            shown.PricePerH?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–",
        ];
}
