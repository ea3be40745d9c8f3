using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Kantor.Workloads.Traces;

/// <summary>
/// Azure's LLM inference traces of 2023 and 2024 (Patel et al., ISCA 2024): CSV with the header
/// <c>TIMESTAMP,ContextTokens,GeneratedTokens</c>, times as text with up to seven decimals, with a blank or a T before the time of day, and
/// with or without an offset from UTC, which none means. Fields may be in quotes. Content is unknown, so nothing can be shared.
/// </summary>
internal sealed class AzureFormat : RequestPerLineFormat
{
    public const string Header = "TIMESTAMP,ContextTokens,GeneratedTokens";

    private static readonly string[] TimeForms = ["yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    private DateTime? _origin;

    public override string Name => "Azure CSV";

    public override bool HasHeader => true;

    public static bool IsHeader(ReadOnlySpan<byte> line) => line.TrimEnd(" \t"u8) is var header
        && (
            header.SequenceEqual("TIMESTAMP,ContextTokens,GeneratedTokens"u8)
                || header.SequenceEqual("\"TIMESTAMP\",\"ContextTokens\",\"GeneratedTokens\""u8));

    public override bool TryParse(ReadOnlySpan<byte> line, out TraceRequest request, out string fault)
    {
        request = default;
        Span<Range> fields = stackalloc Range[3];
        if (!CsvLine.TrySplit(line, fields, out var columns, out fault)) return false;
        if (columns != 3)
        {
            fault = $"the line has {columns} columns; it needs 3: {Header}";
            return false;
        }

        if (!TryParseTime(line[fields[0]], out var time, out fault)
            || !TryParseTokens(line[fields[1]], "ContextTokens", out var prompt, out fault)
            || !TryParseTokens(line[fields[2]], "GeneratedTokens", out var output, out fault)) return false;
        _origin ??= time;
        var elapsed = time - _origin.Value;
        if (elapsed < TimeSpan.Zero) fault = "TIMESTAMP is before that of the first request; sort the file by time";
        else if (elapsed.TotalMilliseconds > TraceReadOptions.TimestampMsMax)
        {
            fault = "TIMESTAMP is more than ten years after that of the first request";
        }
        else request = new TraceRequest(elapsed.Ticks / TimeSpan.TicksPerMicrosecond, prompt, output);
        return fault.Length == 0;
    }

    private static bool TryParseTime(ReadOnlySpan<byte> field, out DateTime time, out string fault)
    {
        fault = "";
        if (DateTime.TryParseExact(
            Encoding.UTF8.GetString(field[..Math.Min(field.Length, 64)]), TimeForms, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)) return true;
        fault = "TIMESTAMP must look like 2023-11-16 18:17:03.9799600, or 2024-05-10T00:00:00.25+00:00";
        return false;
    }

    private static bool TryParseTokens(ReadOnlySpan<byte> field, string name, out int tokens, out string fault)
    {
        fault = "";
        if (
            Utf8Parser.TryParse(field, out tokens, out var consumed) && consumed == field.Length
                && tokens is >= 1 and <= TraceReadOptions.TokensMax)
        {
            return true;
        }

        fault = $"{name} must be a whole number from 1 to {TraceReadOptions.TokensMax}";
        return false;
    }
}
