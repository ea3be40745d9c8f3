using System.Text;

namespace Kantor.Cli.Bench;

/// <summary>
/// Text for endpoints that take no token ids: a common word for each token, so that most tokenizers make about as many of it.
/// </summary>
internal static class BenchWords
{
    private static readonly string[] Words =
        ("the of and to in is was for on that with as by from at it his her had are but not they one all we can more if out "
        + "so up said what when about who get which go me make like time no just him know take people into year your good "
        + "some could them see other than then now look only come its over think also back after use two how our work first "
        + "well way even new want because any these give day most us house water tree light sea road hand stone book door "
        + "night morning garden river city friend king story")
        .Split(' ');

    /// <summary>Equal tokens give equal words, so that what shares tokens shares text.</summary>
    public static string Of(ReadOnlySpan<int> tokens)
    {
        var text = new StringBuilder(tokens.Length * 5);
        foreach (var token in tokens) text.Append(text.Length == 0 ? "" : " ").Append(Words[token % Words.Length]);
        return text.ToString();
    }
}
