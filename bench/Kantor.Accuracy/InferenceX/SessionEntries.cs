using System.Globalization;
using System.IO.Compression;

namespace Kantor.Accuracy.InferenceX;

/// <summary>Where a user begins: a prompt of so many tokens in a recorded session.</summary>
internal readonly record struct SessionEntry(string SessionId, int PromptTokens);

/// <summary>
/// Which session each user of InferenceX's runs enters, and where: the same in every run, so that the tables of requests of some runs
/// (<c>*_requests.csv.gz</c>) tell it for all.
/// </summary>
internal static class SessionEntries
{
    private const string UserPrefix = "User-";

    /// <summary>The entries by user, the first of whom is 0, from all tables of requests of a folder.</summary>
    public static IReadOnlyDictionary<int, SessionEntry> Read(string folder)
    {
        var first = new Dictionary<int, (int Users, SessionEntry Entry)>();
        foreach (var file in Directory.EnumerateFiles(folder, "*_requests.csv.gz").Order(StringComparer.Ordinal))
        {
            var users = ReadTable(file);
            foreach (var (user, entry) in users)
            {
                // Short tables miss users' first sessions: the table with the most users counts.
                if (!first.TryGetValue(user, out var known) || users.Count > known.Users) first[user] = (users.Count, entry);
            }
        }

        return first.ToDictionary(pair => pair.Key, pair => pair.Value.Entry);
    }

    /// <summary>The first request of each user. Further columns hold lists of times in quotation marks; those that matter come before them.</summary>
    private static List<(int User, SessionEntry Entry)> ReadTable(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var columns = (reader.ReadLine() ?? "").Split(',').ToList();
        var (user, session, time, prompt) = (Column("user_id"), Column("trace_id"), Column("timestamp"), Column("input_tokens"));
        var rows = new List<(double AtS, int User, SessionEntry Entry)>();
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',', Math.Max(prompt, time) + 2);
            // Sub-agents have names of their own.
            if (cells.Length <= prompt || !cells[user].StartsWith(UserPrefix, StringComparison.Ordinal) || !int.TryParse(cells[user][UserPrefix.Length..], CultureInfo.InvariantCulture, out var number)) continue;
            rows.Add((double.Parse(cells[time], CultureInfo.InvariantCulture), number - 1, new SessionEntry(cells[session], int.Parse(cells[prompt], CultureInfo.InvariantCulture))));
        }

        return [.. rows.GroupBy(row => row.User).Select(group => group.MinBy(row => row.AtS)).Select(row => (row.User, row.Entry))];

        int Column(string name) => columns.IndexOf(name) is >= 0 and var index ? index : throw new FormatException($"{file} has no column {name}.");
    }
}
