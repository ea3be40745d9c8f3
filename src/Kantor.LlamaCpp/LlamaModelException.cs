namespace Kantor.LlamaCpp;

/// <summary>A model file that the library cannot load or serve; the message names the file and the reason.</summary>
public sealed class LlamaModelException : Exception
{
    /// <summary>An error without further detail.</summary>
    public LlamaModelException()
    {
    }

    /// <summary>An error that <paramref name="message"/> explains.</summary>
    public LlamaModelException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause inside.</summary>
    public LlamaModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
