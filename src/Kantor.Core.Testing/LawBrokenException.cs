namespace Kantor.Core.Testing;

/// <summary>A policy, or the scheduler that ran it, broke a law; the message says which, in which run and how.</summary>
public sealed class LawBrokenException(string message) : Exception(message)
{
    /// <summary>Throws unless the condition holds.</summary>
    internal static void Unless(bool holds, string otherwise)
    {
        if (!holds) throw new LawBrokenException(otherwise);
    }

    /// <summary>Throws unless the condition holds; the text is made only then.</summary>
    internal static void Unless(bool holds, Func<string> otherwise)
    {
        if (!holds) throw new LawBrokenException(otherwise());
    }
}
