namespace Kantor.Cli.Shell;

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
