namespace Kantor.Cli;

/// <summary>What the process says to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Success = 0;

    /// <summary>The command was right but could not be done.</summary>
    public const int Failure = 1;

    /// <summary>The command line or an input file is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The command was right and done, and the answer is that no fleet keeps the objectives.</summary>
    public const int NotMet = 3;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;
}

/// <summary>A mistake of the person or in their files: printed as one message, never as a stack trace.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Something needed is not there or does not work: printed as one message that says how to mend it.</summary>
internal sealed class FailureException(string message) : Exception(message);
