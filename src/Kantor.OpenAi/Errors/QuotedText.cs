using System.Globalization;
using System.Text;

namespace Kantor.OpenAi.Errors;

/// <summary>Text of a user inside a message of ours: short, one line, printable ASCII.</summary>
public static class QuotedText
{
    /// <summary>Most characters of the user's text that are shown.</summary>
    public const int LengthMax = 64;

    /// <summary>
    /// The text in single quotes; everything but printable ASCII is written as \uXXXX, the rest after <see cref="LengthMax"/> is cut.
    /// </summary>
    public static string Of(string text) => $"'{Plain(text)}'";

    /// <summary>As <see cref="Of"/>, without the quotes.</summary>
    public static string Plain(string text)
    {
        var shown = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, LengthMax)))
        {
            if (c is >= ' ' and <= '~' and not '\'' and not '\\') shown.Append(c);
            else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return text.Length > LengthMax ? shown.Append("...").ToString() : shown.ToString();
    }
}
