namespace Kantor.Bounds.Exact;

/// <summary>An instance has more states than were allowed: it may well be right, but is not solved.</summary>
public sealed class TooManyStatesException : ArgumentException
{
    /// <summary>Without a reason.</summary>
    public TooManyStatesException()
    {
    }

    /// <summary>With what would be possible.</summary>
    public TooManyStatesException(string message)
        : base(message)
    {
    }

    /// <summary>With what would be possible, and why.</summary>
    public TooManyStatesException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
