namespace Kantor.Workloads.Traces;

/// <summary>A field of a row is wrong: the message names it and what would be right. Never leaves the readers of this folder.</summary>
internal sealed class TraceFieldException(string message) : Exception(message);
