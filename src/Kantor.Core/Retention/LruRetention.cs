using Kantor.Core.Decisions;

namespace Kantor.Core.Retention;

/// <summary>
/// Least recently used first, the tail of a sequence before its head; room whose content nobody can hit is used before that (vLLM V1
/// block_pool, since June 2026).
/// </summary>
public sealed record LruRetention : IRetention
{
    /// <inheritdoc/>
    public string Name => "lru";

    /// <inheritdoc/>
    public bool KeysAscend => true;

    /// <inheritdoc/>
    public double KeyOf(in IdleBlock block, PolicyState state) => block.IdleSinceUs;
}
