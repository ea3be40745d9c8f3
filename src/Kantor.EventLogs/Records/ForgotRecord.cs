namespace Kantor.EventLogs.Records;

/// <summary>
/// The recorder forgot which content had which numbers, because it knew as many as it may: what comes later is numbered as if it were new.
/// </summary>
public sealed record ForgotRecord : LogRecord;
