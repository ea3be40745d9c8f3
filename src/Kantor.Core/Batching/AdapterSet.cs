using System.Runtime.CompilerServices;

namespace Kantor.Core.Batching;

/// <summary>A few distinct adapters, counted while a plan is being written; the base model, number 0, is not one.</summary>
internal struct AdapterSet
{
    /// <summary>Most adapters in a set.</summary>
    public const int Capacity = 64;

    private Numbers _numbers;

    /// <summary>Adapters in the set.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the adapter is here, or is the base model.</summary>
    public readonly bool Contains(int adapter)
    {
        if (adapter == 0) return true;
        for (var index = 0; index < Count; index++)
        {
            if (_numbers[index] == adapter) return true;
        }

        return false;
    }

    /// <summary>Adds the adapter unless it is here.</summary>
    public void Add(int adapter)
    {
        if (!Contains(adapter)) _numbers[Count++] = adapter;
    }

    [InlineArray(Capacity)]
    private struct Numbers
    {
        private int _first;
    }
}
