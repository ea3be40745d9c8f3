namespace Kantor.EventLogs.Records;

/// <summary>An event log cannot be read or replayed; the message says where and why.</summary>
public sealed class EventLogException : Exception
{
    /// <summary>With what is wrong.</summary>
    public EventLogException(string message)
        : base(message)
    {
    }

    /// <summary>With what is wrong, and what showed it.</summary>
    public EventLogException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
