using Kantor.Cli.Shell;
using Kantor.EventLogs.Recording;

namespace Kantor.Cli.Runs;

/// <summary>The file of <c>--event-log</c>.</summary>
internal static class EventLogFile
{
    /// <summary>Name of the option.</summary>
    public const string Option = "--event-log";

    /// <summary>What it does.</summary>
    public const string Help =
        "Write down what happens, request by request and plan by plan, for 'kantor replay' and 'kantor explain'; compressed when the name "
        + "ends in .gz. Texts are not in it, only which of them begin alike.";

    /// <summary>The log of a run, or of as many, which is too many; null when none is asked for.</summary>
    /// <exception cref="UsageException">There is more than one run, or the file cannot be created.</exception>
    public static EventLogWriter? Open(string? path, string host, int runs = 1, long? flushEveryUs = null)
    {
        if (path is null) return null;
        if (string.IsNullOrWhiteSpace(path)) throw new UsageException($"{Option} needs a file name.");
        if (runs > 1) throw new UsageException($"{Option} records one run, and this asks for {runs}; name one policy and one routing.");
        try
        {
            return EventLogWriter.Create(
                path, host, why => Console.Error.WriteLine($"kantor: {Option} {path} ends early: {why}"), flushEveryUs: flushEveryUs);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{Option} {path}: cannot be written: {exception.Message}");
        }
    }
}
