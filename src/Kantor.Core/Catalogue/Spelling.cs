namespace Kantor.Core.Catalogue;

/// <summary>What somebody may have meant.</summary>
internal static class Spelling
{
    private const int EditsMax = 3;

    /// <summary>" Did you mean 'svf'?" for the known name that is the fewest edits away; empty when none is near.</summary>
    public static string Hint(string written, IEnumerable<string> known) =>
        known.Select(name => (Name: name, Edits: Edits(written, name))).Where(near => near.Edits <= Math.Min(EditsMax, written.Length / 2))
            .OrderBy(near => near.Edits).Select(near => $" Did you mean '{near.Name}'?").FirstOrDefault("");

    /// <summary>Letters to put in, leave out or exchange (Levenshtein 1966).</summary>
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var before = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var exchanged = before + (from[i - 1] == to[j - 1] ? 0 : 1);
                before = row[j];
                row[j] = Math.Min(exchanged, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
