namespace Kantor.LlamaCpp.Library;

/// <summary>
/// The native library is missing, of another release, laid out differently, or cannot compute where it was asked to; the message says how
/// to mend it.
/// </summary>
public sealed class LlamaLibraryException : Exception
{
    /// <summary>An error without further detail.</summary>
    public LlamaLibraryException()
    {
    }

    /// <summary>An error that <paramref name="message"/> explains.</summary>
    public LlamaLibraryException(string message)
        : base(message)
    {
    }

    /// <summary>An error with the loader's own report inside.</summary>
    public LlamaLibraryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
