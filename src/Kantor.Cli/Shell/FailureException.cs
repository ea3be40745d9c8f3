namespace Kantor.Cli.Shell;

/// <summary>Something needed is not there or does not work: printed as one message that says how to mend it.</summary>
internal sealed class FailureException(string message) : Exception(message);
