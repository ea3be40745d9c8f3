using Google.OrTools.Sat;

namespace Kantor.Solvers.Solving;

/// <summary>Solves models by CP-SAT, to a proof or not at all.</summary>
internal static class IntegerModels
{
    /// <summary>Weights become whole numbers of this part of 1.</summary>
    private const double WeightUnits = 1 << 20;

    /// <summary>A weight as a model counts it.</summary>
    public static long Units(double weight) => (long)Math.Round(weight * WeightUnits);

    /// <summary>The solver with a solution that it has proved to be the best; null where the effort did not suffice.</summary>
    /// <param name="model">The model.</param>
    /// <param name="effort">How much the solver may work.</param>
    /// <param name="search">More parameters of CP-SAT, for a kind of model that they suit.</param>
    /// <exception cref="ArgumentException">No solution exists.</exception>
    public static CpSolver? Proved(CpModel model, SolverEffort? effort, string search = "")
    {
        var solver = new CpSolver { StringParameters = $"{(effort ?? new SolverEffort()).Parameters},{search}".TrimEnd(',') };
        return solver.Solve(model) switch
        {
            CpSolverStatus.Optimal => solver,
            CpSolverStatus.Feasible or CpSolverStatus.Unknown => null,
            CpSolverStatus.Infeasible => throw new ArgumentException("No schedule serves these requests: one does not fit, or never ends."),
            _ => throw new InvalidOperationException($"The model is not valid: {model.Validate()}"),
        };
    }
}
