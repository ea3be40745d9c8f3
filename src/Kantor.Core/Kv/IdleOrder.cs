namespace Kantor.Core.Kv;

/// <summary>Blocks with cached content and no reference, in the order in which they give their room up.</summary>
internal abstract class IdleOrder
{
    public abstract int Count { get; }

    public int First => FirstOrNone ?? throw new InvalidOperationException("No block is idle.");

    public abstract int? FirstOrNone { get; }

    public abstract bool Contains(int block);

    /// <summary>The block is idle from now on.</summary>
    public abstract void Add(int block);

    /// <summary>The block is idle no longer: it was hit, or its content was forgotten.</summary>
    public abstract void Remove(int block);

    /// <summary>The first block gave its room up because room was needed.</summary>
    public virtual void Evict(int block) => Remove(block);

    /// <summary>The first block of the order for which something holds.</summary>
    public abstract int? Find(Predicate<int> holds);
}
