using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Json;

/// <summary>Names that are none of those given: without escapes, so that no name is one of them in another spelling.</summary>
internal static class OtherNames
{
    public static int Node(GrammarBuilder to, JsonParts json, IReadOnlyCollection<string> names)
    {
        var any = to.Sequence(to.Repeat(json.PlainCharacter([]), 0, null), json.Quote);
        // A name with a character beyond the basic plane, or one that is written escaped, is never written here.
        string[] written = [.. names.Where(name => JsonParts.Escaped(name) == name && !name.Any(char.IsSurrogate))];
        return to.Sequence(json.Quote, After(to, json, written, 0, any));
    }

    // What may follow when so many first characters are those of all the names.
    private static int After(GrammarBuilder to, JsonParts json, string[] names, int depth, int any)
    {
        if (names.Length == 0) return any;
        var branches = names.Where(name => name.Length > depth).GroupBy(name => name[depth]).ToArray();
        List<int> parts = [to.Sequence(json.PlainCharacter(branches.Select(branch => branch.Key)), any)];
        if (!names.Any(name => name.Length == depth)) parts.Add(json.Quote);
        foreach (var branch in branches)
        {
            parts.Add(to.Sequence(to.Text(branch.Key.ToString()), After(to, json, [.. branch], depth + 1, any)));
        }

        return to.Choice([.. parts]);
    }
}
