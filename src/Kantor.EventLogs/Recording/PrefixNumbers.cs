using Kantor.Core.Requests;

namespace Kantor.EventLogs.Recording;

/// <summary>
/// Numbers for runs of tokens: the same run after the same beginning in the same cache domain has the same number; anything new has the next.
/// </summary>
/// <remarks>One thread. It knows as many as it may and then begins to forget, all at once.</remarks>
internal sealed class PrefixNumbers(int knownMax)
{
    private readonly Dictionary<(int Before, int Key), int> _numbers = [];
    private readonly Dictionary<CacheDomain, int> _roots = [];
    private int _last;

    /// <summary>Where contents of a domain begin.</summary>
    public int RootOf(CacheDomain domain)
    {
        if (!_roots.TryGetValue(domain, out var root)) _roots.Add(domain, root = ++_last);
        return root;
    }

    /// <summary>The runs of these keys after <paramref name="before"/>, which becomes the number of the last key; written as in a log.</summary>
    public List<int> Number(ReadOnlySpan<int> keys, ref int before)
    {
        var runs = new List<int>();
        foreach (var key in keys)
        {
            if (!_numbers.TryGetValue((before, key), out var number)) _numbers.Add((before, key), number = checked(++_last));
            if (runs.Count > 0 && runs[^2] + runs[^1] == number) runs[^1]++;
            else runs.AddRange([number, 1]);
            before = number;
        }

        return runs;
    }

    /// <summary>Forgets everything when more is known than may be; true when it did. Numbers are never given twice.</summary>
    public bool ForgetIfFull()
    {
        if (_numbers.Count <= knownMax) return false;
        _numbers.Clear();
        _roots.Clear();
        return true;
    }
}
