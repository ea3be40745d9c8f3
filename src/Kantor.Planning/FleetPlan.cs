using System.Globalization;

namespace Kantor.Planning;

/// <summary>A layout that was tried.</summary>
/// <param name="Layout">The layout.</param>
/// <param name="Size">How many of it the load needs; null when its simulation failed.</param>
/// <param name="Failure">Why it failed; null otherwise.</param>
public sealed record PlanCandidate(FleetLayout Layout, FleetSize? Size, string? Failure);

/// <summary>A line of the table that a plan was decided from.</summary>
/// <param name="Candidate">What was tried.</param>
/// <param name="GoodputPerSAndGpu">Requests within the objectives per second and GPU, of the fewest that meet them or the most that were
/// tried; null when the simulation failed.</param>
/// <param name="Rejection">Why it is not the plan; null for the plan.</param>
public sealed record PlanRow(PlanCandidate Candidate, double? GoodputPerSAndGpu, string? Rejection)
{
    /// <summary>What the line shows; null when the simulation failed.</summary>
    public FleetTrial? Shown => Candidate.Size?.Shown;
}

/// <summary>The fleet that meets the objectives with the least, and the table that it was chosen from.</summary>
public sealed record FleetPlan
{
    /// <summary>What was asked.</summary>
    public required PlanObjective Objective { get; init; }

    /// <summary>Arrivals per second.</summary>
    public required double RatePerS { get; init; }

    /// <summary>Every layout that was tried, in the order in which they were given.</summary>
    public required IReadOnlyList<PlanRow> Rows { get; init; }

    /// <summary>Layouts that were to be tried.</summary>
    public required int RowsTotal { get; init; }

    /// <summary>Whether all were.</summary>
    public bool IsComplete => Rows.Count == RowsTotal;

    /// <summary>The choice; null when no layout meets the objectives.</summary>
    public PlanRow? Chosen => Rows.FirstOrDefault(row => row.Rejection is null);

    /// <summary>Whether the interval of the choice lies above the target too.</summary>
    public bool IsSure => Chosen?.Shown is { } shown && shown.Attainment.IsSure(Objective.Attainment);

    /// <summary>
    /// The fleet that meets the objectives for sure with the least, of all that were tried; null when the choice itself does, or none.
    /// </summary>
    public FleetTrial? SurelyMeets => IsSure ? null : Rows.SelectMany(row => row.Candidate.Size?.Trials ?? [])
        .Where(trial => trial.Attainment.Meets(Objective.Attainment) && trial.Attainment.IsSure(Objective.Attainment))
        .OrderBy(trial => IsByPrice ? trial.PricePerH : 0).ThenBy(trial => trial.Gpus).ThenByDescending(trial => trial.Attainment.Lower)
        .FirstOrDefault();

    private bool IsByPrice => Rows.All(row => row.Candidate.Size is not { } size || size.Trials.All(trial => trial.PricePerH is not null));

    /// <summary>
    /// Chooses: the lowest price where all that meet the objectives have one, else the fewest GPUs; of equals what is surest, which is the
    /// higher lower end of the interval; then the fewest GPUs; then no disaggregation before prefill and decode in one node before
    /// anywhere; then the order of the candidates.
    /// </summary>
    public static FleetPlan Of(IReadOnlyList<PlanCandidate> candidates, int total, PlanObjective objective, double ratePerS)
    {
        var meeting = candidates.Where(candidate => candidate.Size?.Fewest is not null).ToArray();
        var byPrice = meeting.All(candidate => candidate.Size!.Fewest!.PricePerH is not null);
        var chosen = meeting
            .OrderBy(candidate => byPrice ? candidate.Size!.Fewest!.PricePerH : candidate.Size!.Fewest!.Gpus)
            .ThenByDescending(candidate => candidate.Size!.Fewest!.Attainment.Lower)
            .ThenBy(candidate => candidate.Size!.Fewest!.Gpus)
            .ThenBy(candidate => Complexity(candidate.Layout))
            .FirstOrDefault();
        return new FleetPlan
        {
            Objective = objective,
            RatePerS = ratePerS,
            Rows = [.. candidates.Select(one => new PlanRow(one, Goodput(one, ratePerS), Rejection(one, chosen, byPrice)))],
            RowsTotal = total,
        };
    }

    /// <summary>So many GPUs in words.</summary>
    public static string Count(int gpus) => gpus == 1 ? "1 GPU" : string.Create(CultureInfo.InvariantCulture, $"{gpus} GPUs");

    private static int Complexity(FleetLayout layout) => layout.Decode switch
    {
        null => 0,
        { Placement: DecodePlacement.SameNode } => 1,
        _ => 2,
    };

    private static double? Goodput(PlanCandidate candidate, double ratePerS) =>
        candidate.Size?.Shown is { } shown ? shown.Attainment.Mean * ratePerS / shown.Gpus : null;

    private static string? Rejection(PlanCandidate candidate, PlanCandidate? chosen, bool byPrice)
    {
        if (candidate == chosen) return null;
        if (candidate.Failure is { } failure) return "failed: " + failure;
        if (candidate.Size!.Fewest is not { } own) return $"misses with {Count(candidate.Size.Shown.Gpus)}, the most allowed";
        var best = chosen!.Size!.Fewest!;
        if (byPrice && own.PricePerH > best.PricePerH)
        {
            return string.Create(CultureInfo.InvariantCulture, $"costs {own.PricePerH - best.PricePerH:0.##} an hour more");
        }

        if (!byPrice && own.Gpus > best.Gpus) return $"needs {Count(own.Gpus - best.Gpus)} more";
        if (own.Attainment.Lower < best.Attainment.Lower) return "costs as much and is less sure";
        if (own.Gpus > best.Gpus) return $"needs {Count(own.Gpus - best.Gpus)} more";
        return Complexity(candidate.Layout) > Complexity(chosen.Layout)
            ? "needs no fewer GPUs and is less simple"
            : "needs as many GPUs and attains no more";
    }
}
