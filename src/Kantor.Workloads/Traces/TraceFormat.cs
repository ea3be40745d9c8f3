namespace Kantor.Workloads.Traces;

/// <summary>One way to write a trace, a row a line; a row holds no, one or several requests.</summary>
internal abstract class TraceFormat
{
    /// <summary>Name for people.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the first line is a header and holds no request.</summary>
    public virtual bool HasHeader => false;

    /// <summary>
    /// Whether rows come in order of arrival and count from the first; otherwise their times may have any order and origin.
    /// </summary>
    public virtual bool IsOrdered => true;

    /// <summary>What a reader of the trace should know; null for nothing.</summary>
    public virtual string? Note => null;

    /// <summary>Reads one line and adds its requests; false, adding none, with the faulty field and what would be right.</summary>
    public abstract bool TryParse(ReadOnlySpan<byte> line, List<TraceRequest> requests, out string fault);
}

/// <summary>A format with exactly one request a line.</summary>
internal abstract class RequestPerLineFormat : TraceFormat
{
    public sealed override bool TryParse(ReadOnlySpan<byte> line, List<TraceRequest> requests, out string fault)
    {
        if (!TryParse(line, out var request, out fault)) return false;
        requests.Add(request);
        return true;
    }

    /// <summary>Reads one line; false with the faulty field and what would be right.</summary>
    public abstract bool TryParse(ReadOnlySpan<byte> line, out TraceRequest request, out string fault);
}
