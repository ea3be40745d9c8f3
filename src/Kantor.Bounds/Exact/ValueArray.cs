namespace Kantor.Bounds.Exact;

/// <summary>
/// An array that is equal to another when all its items are: part of the states that a search has met. It must not change.
/// </summary>
internal readonly record struct ValueArray<T>(T[] Items)
    where T : struct, IEquatable<T>
{
    public T this[int index] => Items[index];

    public bool Equals(ValueArray<T> other) => Items.AsSpan().SequenceEqual(other.Items);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in Items) hash.Add(item);
        return hash.ToHashCode();
    }
}
