using Kantor.Core.Objectives;
using Kantor.Simulation.Metrics;

namespace Kantor.Planning;

/// <summary>What a fleet has to keep.</summary>
/// <param name="Slo">Objectives of a request; each names its statistic.</param>
/// <param name="Attainment">Share of all requests that must meet every objective, above 0 and at most 1; refused requests do not.</param>
public sealed record PlanObjective(SloSpec Slo, double Attainment)
{
    /// <summary>Throws when the share is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is.</exception>
    public void Validate()
    {
        if (Attainment is not (> 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(Attainment), Attainment, "An attainment is above 0 and at most 1.");
    }
}
