namespace Kantor.Simulation.Events;

/// <summary>
/// A run could not be finished: a policy made no progress or a model gave an impossible value. The message says which and where.
/// </summary>
public sealed class SimulationException : Exception
{
    /// <summary>Without details.</summary>
    public SimulationException()
    {
    }

    /// <summary>What went wrong.</summary>
    public SimulationException(string message)
        : base(message)
    {
    }

    /// <summary>What went wrong and why.</summary>
    public SimulationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
