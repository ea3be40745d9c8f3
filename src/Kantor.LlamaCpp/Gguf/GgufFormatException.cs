namespace Kantor.LlamaCpp.Gguf;

/// <summary>
/// A GGUF file is damaged or not supported; the message names the section of the file, the byte offset and what is wrong there.
/// </summary>
public sealed class GgufFormatException : Exception
{
    /// <summary>An error without further detail.</summary>
    public GgufFormatException()
    {
        Section = string.Empty;
    }

    /// <summary>An error that <paramref name="message"/> explains.</summary>
    public GgufFormatException(string message)
        : base(message)
    {
        Section = string.Empty;
    }

    /// <summary>An error with its cause inside.</summary>
    public GgufFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
        Section = string.Empty;
    }

    /// <summary>An error in <paramref name="section"/> at <paramref name="offset"/> bytes from the start of the file.</summary>
    public GgufFormatException(string section, long offset, string problem)
        : base(FormattableString.Invariant($"{section}, byte {offset}: {problem}"))
    {
        Section = section;
        Offset = offset;
    }

    /// <summary>Part of the file: header, metadata, tensor table, tensor data or tokenizer.</summary>
    public string Section { get; }

    /// <summary>Bytes from the start of the file to the damage.</summary>
    public long Offset { get; }
}
