namespace Kantor.Cli.Yaml;

/// <summary>Something that is wrong with a file: where, with which key, what, and what would be right.</summary>
internal readonly record struct Problem(Place Place, string Path, string What)
{
    /// <summary>In the form that editors and terminals make a link of. Control characters of the file do not reach the terminal.</summary>
    public string In(string file) => $"{file}:{Place.Line}:{Place.Column}: {Printable(Path.Length == 0 ? What : $"{Path}: {What}")}";

    private static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(character => char.IsControl(character) ? '\uFFFD' : character)) : text;
}

/// <summary>All that is wrong with one file, collected while it is read.</summary>
internal sealed class Problems
{
    private readonly List<Problem> _found = [];
    private readonly List<Problem> _notes = [];

    public int Count => _found.Count;

    /// <summary>Whether the reading ended before the file did: what is not there may stand in the part that was not read.</summary>
    public bool IsCutShort { get; private set; }

    /// <summary>By line and column.</summary>
    public IReadOnlyList<Problem> InOrder => [.. _found.OrderBy(problem => problem.Place)];

    /// <summary>What is right but should be known, such as an option that changes nothing.</summary>
    public IReadOnlyList<Problem> Notes => _notes;

    public void Note(Place place, string path, string what) => _notes.Add(new Problem(place, path, what));

    public void Add(Place place, string path, string what) => _found.Add(new Problem(place, path, what));

    /// <summary>The reading ends here.</summary>
    public void CutShort(Place place, string what)
    {
        IsCutShort = true;
        Add(place, "", what + " Nothing after this place was read.");
    }
}
