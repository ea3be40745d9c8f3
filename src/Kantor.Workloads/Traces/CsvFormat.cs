using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Kantor.Workloads.Traces;

/// <summary>
/// Traces in CSV whose header names the columns: BurstGPT (arXiv 2401.17644), splitwise-sim, and the length files of Vidur and
/// Sarathi-Serve. Columns may stand in any order, further ones are not read, content is unknown. Fields may be in quotes.
/// </summary>
internal sealed class CsvFormat : RequestPerLineFormat
{
    private const int ColumnsMax = 64;

    private static readonly Schema[] Schemas =
    [
        new("BurstGPT CSV", "Timestamp", "Request tokens", "Response tokens", "Session ID"),
        new("splitwise-sim CSV", "arrival_timestamp", "prompt_size", "token_size", null),
        new("lengths CSV with times", "arrived_at", "num_prefill_tokens", "num_decode_tokens", null),
        new("lengths CSV", null, "num_prefill_tokens", "num_decode_tokens", null),
    ];

    private readonly Schema _schema;
    private readonly int _columns;
    private readonly int _time;
    private readonly int _prompt;
    private readonly int _output;
    private readonly int _session;
    private readonly Dictionary<string, int> _turns = [];
    private readonly Range[] _fields = new Range[ColumnsMax + 1];

    private CsvFormat(Schema schema, string[] header)
    {
        _schema = schema;
        _columns = header.Length;
        _time = Array.IndexOf(header, schema.Time);
        _prompt = Array.IndexOf(header, schema.Prompt);
        _output = Array.IndexOf(header, schema.Output);
        _session = Array.IndexOf(header, schema.Session);
    }

    public override string Name => _schema.Name;

    public override bool HasHeader => true;

    public override string? Note => _schema.Time is null ? "the file has lengths and no times; all requests arrive at time 0" : null;

    /// <summary>The format with this header; null when it is none.</summary>
    public static CsvFormat? Detect(ReadOnlySpan<byte> header)
    {
        if (header.Length > 4096) return null;
        if (ColumnsOf(header) is not { } columns) return null;
        if (columns.Length > ColumnsMax || columns.Distinct().Count() < columns.Length) return null;
        var schema = Schemas.FirstOrDefault(known => known.Columns.All(columns.Contains));
        return schema is null ? null : new CsvFormat(schema, columns);
    }

    public override bool TryParse(ReadOnlySpan<byte> line, out TraceRequest request, out string fault)
    {
        request = default;
        if (!CsvLine.TrySplit(line, _fields, out var count, out fault)) return false;
        fault = count == _columns ? "" : $"the line has {count} columns; the header has {_columns}";
        if (fault.Length > 0) return false;
        long timeUs = 0;
        if (_schema.Time is { } time && !TryParseTime(line[_fields[_time]], time, out timeUs, out fault)) return false;
        if (!TryParseTokens(line[_fields[_prompt]], _schema.Prompt, out var prompt, out fault)) return false;
        if (!TryParseTokens(line[_fields[_output]], _schema.Output, out var output, out fault)) return false;
        request = new TraceRequest(timeUs, prompt, output) { Turn = _session < 0 ? null : NextTurn(line[_fields[_session]]) };
        return true;
    }

    private static string[]? ColumnsOf(ReadOnlySpan<byte> header)
    {
        Span<Range> fields = stackalloc Range[ColumnsMax + 1];
        if (!CsvLine.TrySplit(header, fields, out var count, out _) || count > ColumnsMax) return null;
        var columns = new string[count];
        for (var column = 0; column < count; column++) columns[column] = Encoding.UTF8.GetString(header[fields[column]]).Trim();
        return columns;
    }

    /// <summary>Requests without a session id stand alone.</summary>
    private TraceTurn? NextTurn(ReadOnlySpan<byte> field)
    {
        if (field.Trim(" "u8).IsEmpty) return null;
        var id = Encoding.UTF8.GetString(field.Trim(" "u8));
        var turn = _turns[id] = _turns.GetValueOrDefault(id) + 1;
        return new TraceTurn { SessionId = id, Turn = turn - 1 };
    }

    private static bool TryParseTime(ReadOnlySpan<byte> field, string name, out long timeUs, out string fault)
    {
        const double MaxS = TraceReadOptions.TimestampMsMax / 1000.0;
        fault = "";
        timeUs = 0;
        if (
            Utf8Parser.TryParse(field.Trim(" "u8), out double seconds, out var consumed) && consumed == field.Trim(" "u8).Length
                && seconds is >= 0 and <= MaxS)
        {
            timeUs = (long)Math.Round(seconds * 1e6);
            return true;
        }

        fault = string.Create(CultureInfo.InvariantCulture, $"{name} must be a number of seconds from 0 to {MaxS:0}");
        return false;
    }

    private static bool TryParseTokens(ReadOnlySpan<byte> field, string name, out int tokens, out string fault)
    {
        var text = field.Trim(" "u8);
        fault = "";
        if (
            Utf8Parser.TryParse(text, out tokens, out var consumed) && consumed == text.Length
                && tokens is >= 1 and <= TraceReadOptions.TokensMax)
        {
            return true;
        }

        fault = $"{name} must be a whole number from 1 to {TraceReadOptions.TokensMax}";
        if (text.SequenceEqual("0"u8)) fault += " (0 marks a request that failed; leave such rows out)";
        return false;
    }

    private sealed record Schema(string Name, string? Time, string Prompt, string Output, string? Session)
    {
        public IEnumerable<string> Columns => Time is null ? [Prompt, Output] : [Time, Prompt, Output];
    }
}
