namespace Kantor.Core.Batching;

/// <summary>A few distinct adapters, counted while a plan is being written; the base model, number 0, is not one.</summary>
/// <remarks>Whoever makes views owns one, so that a budget neither allocates it nor carries its numbers along.</remarks>
public sealed class AdapterSet
{
    /// <summary>Most adapters in a set.</summary>
    internal const int Capacity = 64;

    private readonly int[] _numbers = new int[Capacity];

    /// <summary>Adapters in the set.</summary>
    internal int Count { get; private set; }

    /// <summary>Nobody is in the set.</summary>
    internal void Clear() => Count = 0;

    /// <summary>Whether the adapter is here, or is the base model.</summary>
    internal bool Contains(int adapter) => adapter == 0 || _numbers.AsSpan(0, Count).Contains(adapter);

    /// <summary>Adds the adapter unless it is here.</summary>
    internal void Add(int adapter)
    {
        if (!Contains(adapter)) _numbers[Count++] = adapter;
    }
}
