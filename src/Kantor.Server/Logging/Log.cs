using Microsoft.Extensions.Logging;

namespace Kantor.Server.Logging;

/// <summary>Everything the server logs. No prompt and no answer is in it; paths and names of end users are cut and escaped.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {Url}")]
    public static partial void Listening(this ILogger log, string url);

    [LoggerMessage(2, LogLevel.Debug, "{Method} {Path} answered {Status} in {ElapsedMs:F1} ms")]
    public static partial void Answered(this ILogger log, string method, string path, int status, double elapsedMs);

    [LoggerMessage(3, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void HandlerFailed(this ILogger log, Exception cause, string method, string path);

    [LoggerMessage(4, LogLevel.Warning, "{AnswerId} cut: the client took nothing for {StallTimeoutMs} ms")]
    public static partial void ReaderStalled(this ILogger log, string answerId, int stallTimeoutMs);

    [LoggerMessage(5, LogLevel.Warning, "{AnswerId} failed after it had begun: {Code}")]
    public static partial void StreamFailed(this ILogger log, string answerId, string code);

    [LoggerMessage(6, LogLevel.Information, "Stopping: no new requests; those in progress have {DrainTimeoutMs} ms")]
    public static partial void Stopping(this ILogger log, int drainTimeoutMs);

    [LoggerMessage(7, LogLevel.Debug, "{AnswerId}: {Prompts} prompt(s), {Choices} choice(s) each, end user {User}")]
    public static partial void Accepted(this ILogger log, string answerId, int prompts, int choices, string user);
}
