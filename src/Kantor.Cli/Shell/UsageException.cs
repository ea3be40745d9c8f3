namespace Kantor.Cli.Shell;

/// <summary>A mistake of the person or in their files: printed as one message, never as a stack trace.</summary>
internal sealed class UsageException(string message) : Exception(message);
