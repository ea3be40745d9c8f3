namespace Kantor.Cli.Shell;

/// <summary>A mistake of the person or in their files: printed as one message, never as a stack trace.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Ends with all errors at once, if there are any.</summary>
    /// <exception cref="UsageException">There are some.</exception>
    public static void ThrowIfAny(IReadOnlyList<string> errors)
    {
        if (errors.Count > 0) throw new UsageException(string.Join(Environment.NewLine + "kantor: ", errors));
    }
}
