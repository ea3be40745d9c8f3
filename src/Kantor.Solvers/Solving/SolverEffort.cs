using System.Globalization;

namespace Kantor.Solvers.Solving;

/// <summary>How much a solver may work on one model, in the solver's own units: equal input ends alike on every machine.</summary>
/// <param name="DeterministicSeconds">
/// Limit of CP-SAT's deterministic time, about a second of a core each on the machine of its authors; above 0.
/// </param>
public sealed record SolverEffort(double DeterministicSeconds = 60)
{
    /// <summary>CP-SAT's parameters: one worker with a seed, because several race and then end unlike each other.</summary>
    internal string Parameters => string.Create(
        CultureInfo.InvariantCulture, $"num_workers:1,random_seed:1,max_deterministic_time:{Checked()}");

    private double Checked()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(DeterministicSeconds);
        return DeterministicSeconds;
    }
}
