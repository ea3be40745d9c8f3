using Kantor.Core.Objectives;

namespace Kantor.Planning;

/// <summary>What a fleet has to keep.</summary>
/// <param name="Objective">What policies are told; its limits are those of a request, and each names its statistic.</param>
/// <param name="Attainment">Share of all requests that must meet every limit, above 0 and at most 1; refused requests do not.</param>
public sealed record PlanObjective(Objective Objective, double Attainment)
{
    /// <summary>Requests within these limits, all of one class.</summary>
    public PlanObjective(SloSpec slo, double attainment)
        : this(Objective.Goodput(slo), attainment)
    {
    }

    /// <summary>The limits.</summary>
    public SloSpec Slo => Objective.Slo;

    /// <summary>Throws when the share is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is.</exception>
    public void Validate()
    {
        if (Attainment is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Attainment), Attainment, "An attainment is above 0 and at most 1.");
        }
    }
}
