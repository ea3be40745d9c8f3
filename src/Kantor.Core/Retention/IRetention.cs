using Kantor.Core.Decisions;

namespace Kantor.Core.Retention;

/// <summary>
/// Values cached blocks that no live sequence references: the one with the least key gives its room up first. The ledger keeps the books
/// and the order, descendants before ancestors always, so that nothing stays that could not be found any more.
/// </summary>
/// <remarks>
/// Pure: same block and state, same key; no clock, chance or I/O. Immutable and shared by replicas; what it remembers lives in the
/// <see cref="PolicyState"/>, one per ledger.
/// </remarks>
public interface IRetention
{
    /// <summary>
    /// The policy as it is written: its name, and the options that differ from the usual ones (<see cref="Catalogue.PolicySpec"/>).
    /// </summary>
    string Name { get; }

    /// <summary>
    /// Whether a later key is never smaller than an earlier one, so that the order is the one in which blocks became idle: the ledger then
    /// keeps a list, asks for no key, and pays some 40 ns a block instead of a heap's logarithm.
    /// </summary>
    bool KeysAscend { get; }

    /// <summary>
    /// Whether released blocks whose content nobody can hit wait their turn behind those released before, so that an answer of unknown
    /// content drives older prefixes out; otherwise their room is used first.
    /// </summary>
    bool KeepsUnfindable => false;

    /// <summary>Fresh memory for one ledger.</summary>
    PolicyState NewState() => new();

    /// <summary>
    /// The key of a block that becomes idle; it holds until the block is hit or evicted. Of equal keys the block that became idle first
    /// goes first. Not asked when <see cref="KeysAscend"/>.
    /// </summary>
    double KeyOf(in IdleBlock block, PolicyState state);

    /// <summary>The block with the least key gave its room up. Not told when <see cref="KeysAscend"/>.</summary>
    void Evicted(double key, PolicyState state)
    {
    }
}
