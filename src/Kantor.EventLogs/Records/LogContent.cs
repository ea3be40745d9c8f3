namespace Kantor.EventLogs.Records;

/// <summary>
/// Tokens by identity and not by value: which run of tokens, after all that stands before it, was there before. Two contents begin alike
/// exactly as far as their numbers are equal, and no text can be read off them.
/// </summary>
/// <param name="TokensPerKey">Tokens that one number identifies.</param>
/// <param name="Count">Tokens in all.</param>
/// <param name="Known">Leading tokens whose identity is known.</param>
/// <param name="Runs">Numbers as first, length, first, length …: length numbers that count up from first.</param>
public sealed record LogContent(int TokensPerKey, int Count, int Known, IReadOnlyList<int> Runs)
{
    /// <summary>All numbers, one by one.</summary>
    public IEnumerable<int> Numbers()
    {
        for (var run = 0; run + 1 < Runs.Count; run += 2)
        {
            for (var step = 0; step < Runs[run + 1]; step++) yield return Runs[run] + step;
        }
    }
}
