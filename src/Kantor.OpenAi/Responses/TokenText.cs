using System.Text;
using System.Text.Unicode;

namespace Kantor.OpenAi.Responses;

/// <summary>How single tokens and their log-probabilities are written.</summary>
public static class TokenText
{
    /// <summary>Stands for every log-probability that is smaller or not a number: JSON has no infinity.</summary>
    public const double LogprobFloor = -9999;

    /// <summary>The text of a token; when it is a part of a character, <c>bytes:</c> and its bytes as \xNN, as in OpenAI's API.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);
        var text = new StringBuilder("bytes:");
        foreach (var value in bytes) text.Append("\\x").Append(Convert.ToHexStringLower([value]));
        return text.ToString();
    }

    /// <summary>The log-probability, or <see cref="LogprobFloor"/>.</summary>
    public static double Floor(double logprob) => double.IsFinite(logprob) ? Math.Max(logprob, LogprobFloor) : LogprobFloor;
}
