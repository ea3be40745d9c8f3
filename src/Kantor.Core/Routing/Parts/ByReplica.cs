namespace Kantor.Core.Routing.Parts;

/// <summary>
/// Something that a router remembers of each replica, by its number; it grows with the highest number that was asked for.
/// </summary>
internal sealed class ByReplica<T>
{
    private T[] _all = new T[16];

    /// <summary>That of a replica; the default before it was set.</summary>
    public ref T this[int replica]
    {
        get
        {
            if (replica >= _all.Length) Array.Resize(ref _all, Math.Max(replica + 1, 2 * _all.Length));
            return ref _all[replica];
        }
    }

    /// <summary>Those of all numbers that were asked for, and of some that were not.</summary>
    public Span<T> All => _all;
}
