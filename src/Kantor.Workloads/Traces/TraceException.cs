namespace Kantor.Workloads.Traces;

/// <summary>A trace cannot be read. The message names file, line and field where they are known, and what would be right.</summary>
public sealed class TraceException : Exception
{
    /// <summary>Without details.</summary>
    public TraceException()
    {
    }

    /// <summary>What is wrong and where.</summary>
    public TraceException(string message)
        : base(message)
    {
    }

    /// <summary>What is wrong and where.</summary>
    public TraceException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
