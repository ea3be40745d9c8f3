using System.Text;
using System.Text.RegularExpressions;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>
/// The sentences from which the probe model's training stories were made, read from <c>models/stories.py</c>: a text is grammatical when it is a
/// sequence of them with the blanks filled.
/// </summary>
internal sealed partial class StoryGrammar
{
    private const string Blank = "[A-Za-z]+(?: [A-Za-z]+){0,4}";
    private readonly Regex _sentence;

    private StoryGrammar(IReadOnlyList<string> sentences)
    {
        Count = sentences.Count;
        _sentence = new Regex(@"\G(?:" + string.Join('|', sentences.OrderByDescending(text => text.Length)) + ")(?: |$)", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
    }

    /// <summary>Sentences known.</summary>
    public int Count { get; }

    public static StoryGrammar Read(string path)
    {
        var source = File.ReadAllText(path);
        var literals = Literal().Matches(source[..source.IndexOf("OUTDOORS =", StringComparison.Ordinal)]).Select(match => match.Groups["text"].Value)
            .Concat(["{Hc} had a friend. It was {B}.", "Near {H} lived {B}.", "{Hc} knew {B}.", "The end."]);
        return new StoryGrammar([.. literals.Select(text => text.Replace("\\\"", "\"", StringComparison.Ordinal)).Where(IsSentence).Select(ToPattern).Distinct()]);
    }

    /// <summary>Share of the text's characters, from the start, that are sentences of the grammar; 1 for a grammatical text.</summary>
    public double GrammaticalShare(string text)
    {
        var at = 0;
        while (at < text.Length && _sentence.Match(text, at) is { Success: true, Index: var index, Length: var length } && index == at) at += length;
        return (double)at / text.Length;
    }

    private static bool IsSentence(string text) => text.Contains(' ', StringComparison.Ordinal) && text[^1] is '.' or '!' or '?' or '"';

    private static string ToPattern(string sentence)
    {
        var pattern = new StringBuilder();
        var from = 0;
        foreach (Match blank in Placeholder().Matches(sentence))
        {
            pattern.Append(Regex.Escape(sentence[from..blank.Index])).Append(Blank);
            from = blank.Index + blank.Length;
        }

        return pattern.Append(Regex.Escape(sentence[from..])).ToString();
    }

    [GeneratedRegex("\"(?<text>(?:[^\"\\\\\\n]|\\\\.)*)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{\w+\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Placeholder();
}
