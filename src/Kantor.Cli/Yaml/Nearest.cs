namespace Kantor.Cli.Yaml;

/// <summary>Guesses which known word somebody meant.</summary>
internal static class Nearest
{
    /// <summary>" Did you mean 'x'?" for a word that is close enough, or nothing.</summary>
    public static string Hint(string typed, IEnumerable<string> known)
    {
        var best = known.Select(word => (Word: word, Edits: Edits(typed, word))).OrderBy(candidate => candidate.Edits).FirstOrDefault();
        return best.Word is { } word && best.Edits <= Math.Max(2, word.Length / 3) ? $" Did you mean '{word}'?" : "";
    }

    /// <summary>
    /// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other (optimal string alignment).
    /// </summary>
    internal static int Edits(string from, string to)
    {
        const int longest = 64;
        if (from.Length > longest || to.Length > longest) return int.MaxValue;
        var edits = new int[from.Length + 1, to.Length + 1];
        for (var left = 0; left <= from.Length; left++)
        {
            for (var right = 0; right <= to.Length; right++) edits[left, right] = Least(edits, from, to, left, right);
        }

        return edits[from.Length, to.Length];
    }

    private static int Least(int[,] edits, string from, string to, int left, int right)
    {
        if (left == 0 || right == 0) return left + right;
        var least = Math.Min(edits[left - 1, right], edits[left, right - 1]) + 1;
        least = Math.Min(least, edits[left - 1, right - 1] + (from[left - 1] == to[right - 1] ? 0 : 1));
        var isSwap = left > 1 && right > 1 && from[left - 1] == to[right - 2] && from[left - 2] == to[right - 1];
        return isSwap ? Math.Min(least, edits[left - 2, right - 2] + 1) : least;
    }
}
