namespace Kantor.Core.Kv;

/// <summary>
/// Somewhere that KV lies while it is not in a replica's pool: host memory, a disk, the replica that computed the prompt. What is loaded
/// from there, and how long that takes, follows from these figures alone.
/// </summary>
public sealed record KvPlace
{
    /// <summary>Name, unique among the places of a replica.</summary>
    public required string Name { get; init; }

    /// <summary>KV blocks that have room there, at least 1; null where room is not counted.</summary>
    public int? Blocks { get; init; }

    /// <summary>Way between the place and a pool.</summary>
    public required KvLink Link { get; init; }

    /// <summary>
    /// Whether the host copies between this place and the pool while it prepares a step, so that a request computes in the step that admits
    /// it; otherwise it waits until the host says that its KV has come. What is to be copied is listed in <see cref="KvLedger.Changes"/>.
    /// </summary>
    public bool CopiesAtOnce { get; init; }

    /// <summary>Fewest tokens that are worth a copy, in either direction; at least 1.</summary>
    public int CopyTokensMin { get; init; } = 1;

    /// <summary>Whether as many blocks more have room beside those that lie there already.</summary>
    public bool HasRoom(int blocksUsed, int blocks) => Blocks is not { } total || blocks <= total - blocksUsed;

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Name);
        if (Blocks is { } blocks) ArgumentOutOfRangeException.ThrowIfLessThan(blocks, 1, nameof(Blocks));
        ArgumentOutOfRangeException.ThrowIfLessThan(CopyTokensMin, 1);
        Link.Validate();
    }

    /// <summary>Throws when two of a replica's places have one name, or one is out of range.</summary>
    /// <exception cref="ArgumentException">Names the place.</exception>
    public static void Validate(IEnumerable<KvPlace> places)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var place in places)
        {
            place.Validate();
            if (!names.Add(place.Name)) throw new ArgumentException($"Two places for KV are named '{place.Name}'; names tell them apart.");
        }
    }
}
