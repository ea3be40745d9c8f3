namespace Kantor.Workloads.Traces;

/// <summary>Splits a line of CSV (RFC 4180): fields apart by ',', in quotes or not; a quoted one is given without its quotes.</summary>
internal static class CsvLine
{
    /// <summary>
    /// Writes where the fields are and answers how many there are, which may be more than there is room for; those beyond are not written.
    /// False with the fault when a quote does not end its field.
    /// </summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, Span<Range> fields, out int count, out string fault)
    {
        (count, fault) = (0, "");
        for (var start = 0; start <= line.Length; count++)
        {
            if (!TryEnd(line, start, out var field, out var next))
            {
                fault = $"the quotes of column {count + 1} do not end before a comma or the end of the line";
                return false;
            }

            if (count < fields.Length) fields[count] = field;
            start = next;
        }

        return true;
    }

    private static bool TryEnd(ReadOnlySpan<byte> line, int start, out Range field, out int next)
    {
        if (start < line.Length && line[start] == '"') return TryQuoted(line, start + 1, out field, out next);
        var length = line[start..].IndexOf((byte)',');
        var end = length < 0 ? line.Length : start + length;
        (field, next) = (start..end, end + 1);
        return true;
    }

    private static bool TryQuoted(ReadOnlySpan<byte> line, int from, out Range field, out int next)
    {
        (field, next) = (default, 0);
        for (var at = from; at < line.Length; at++)
        {
            if (line[at] != '"') continue;
            // Two quotes stand for one.
            if (at + 1 < line.Length && line[at + 1] == '"')
            {
                at++;
                continue;
            }

            (field, next) = (from..at, at + 2);
            return at + 1 == line.Length || line[at + 1] == ',';
        }

        return false;
    }
}
