using System.Text;

namespace Kantor.Engine.Streams;

/// <summary>
/// Finds the first stop text in a text that arrives in pieces and lets through only what certainly belongs to no stop text: the longest
/// ending that may begin one is held back. Where the pieces are cut makes no difference.
/// </summary>
/// <remarks>
/// The first stop is the one whose last character comes first; among those that end there, the longest. With one stop text that is
/// <see cref="string.IndexOf(string, StringComparison)"/> with ordinal comparison. Each stop text is an automaton (Knuth, Morris, Pratt
/// 1977), so the work per character is constant however adversarial the stop texts are.
/// </remarks>
public sealed class StopTextMatcher
{
    private readonly string[] _stops;
    private readonly int[][] _borders;
    private readonly int[] _matched;
    private readonly StringBuilder _held = new();

    /// <summary>A matcher at the start of a text; none of the stop texts is empty.</summary>
    public StopTextMatcher(IReadOnlyList<string> stops)
    {
        _stops = [.. stops];
        _borders = [.. _stops.Select(BordersOf)];
        _matched = new int[_stops.Length];
    }

    /// <summary>Whether a stop text was found; nothing is let through after it.</summary>
    public bool HasStopped => Found is not null;

    /// <summary>The stop text that was found; null while none was.</summary>
    public string? Found { get; private set; }

    /// <summary>Characters held back.</summary>
    public int HeldCharacters => _held.Length;

    /// <summary>Takes a piece and appends to <paramref name="output"/> what is certain.</summary>
    public void Append(ReadOnlySpan<char> piece, StringBuilder output)
    {
        if (HasStopped) return;
        if (_stops.Length == 0)
        {
            output.Append(piece);
            return;
        }

        foreach (var character in piece)
        {
            _held.Append(character);
            if (LongestStopEndedBy(character) is not { } stop) continue;
            Found = stop;
            Release(_held.Length - stop.Length, output);
            _held.Clear();
            return;
        }

        Release(_held.Length - _matched.Max(), output);
    }

    /// <summary>The text is over: lets through what was held back.</summary>
    public void Finish(StringBuilder output) => Release(_held.Length, output);

    private string? LongestStopEndedBy(char character)
    {
        string? longest = null;
        for (var index = 0; index < _stops.Length; index++)
        {
            if (Advance(index, character) && !(_stops[index].Length <= longest?.Length)) longest = _stops[index];
        }

        return longest;
    }

    private bool Advance(int index, char character)
    {
        var (stop, borders, matched) = (_stops[index], _borders[index], _matched[index]);
        while (matched > 0 && stop[matched] != character) matched = borders[matched - 1];
        if (stop[matched] == character) matched++;
        var isComplete = matched == stop.Length;
        _matched[index] = isComplete ? borders[matched - 1] : matched;
        return isComplete;
    }

    private void Release(int count, StringBuilder output)
    {
        output.Append(_held, 0, count);
        _held.Remove(0, count);
    }

    /// <summary>For each beginning of the text, the length of its longest proper border.</summary>
    private static int[] BordersOf(string text)
    {
        var borders = new int[text.Length];
        for (var (index, matched) = (1, 0); index < text.Length; index++)
        {
            while (matched > 0 && text[index] != text[matched]) matched = borders[matched - 1];
            if (text[index] == text[matched]) matched++;
            borders[index] = matched;
        }

        return borders;
    }
}
