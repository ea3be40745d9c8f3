namespace Kantor.Simulation.Traces;

/// <summary>One way to write a trace, a request a line.</summary>
internal abstract class TraceFormat
{
    /// <summary>Name for people.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the first line is a header and holds no request.</summary>
    public abstract bool HasHeader { get; }

    /// <summary>Reads one line; false with the faulty field and what would be right.</summary>
    public abstract bool TryParse(ReadOnlySpan<byte> line, out TraceRequest request, out string fault);

    /// <summary>The format that starts with this line; null when none does.</summary>
    public static TraceFormat? Detect(ReadOnlySpan<byte> firstLine)
    {
        var start = firstLine.TrimStart(" \t"u8);
        if (start.StartsWith("{"u8)) return new MooncakeFormat();
        return AzureFormat.IsHeader(start) ? new AzureFormat() : null;
    }
}
