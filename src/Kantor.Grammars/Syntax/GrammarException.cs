namespace Kantor.Grammars.Syntax;

/// <summary>A text that was to become a grammar cannot; the message says what is wrong and where.</summary>
/// <param name="path">Where: a JSON pointer into a schema, or a line and column.</param>
/// <param name="message">What is wrong, fit to be shown to whoever wrote the text.</param>
public sealed class GrammarException(string path, string message) : Exception(message)
{
    /// <summary>Where: a JSON pointer into a schema, or a line and column.</summary>
    public string Path { get; } = path;
}
