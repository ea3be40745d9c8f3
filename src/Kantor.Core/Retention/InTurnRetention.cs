using Kantor.Core.Decisions;

namespace Kantor.Core.Retention;

/// <summary>
/// Least recently used first, whether anybody can hit the content or not: vLLM's one queue of free blocks as it was until June 2026, in
/// which an answer of unknown content drives older prefixes out.
/// </summary>
public sealed record InTurnRetention : IRetention
{
    /// <inheritdoc/>
    public string Name => "in-turn";

    /// <inheritdoc/>
    public bool KeysAscend => true;

    /// <inheritdoc/>
    public bool KeepsUnfindable => true;

    /// <inheritdoc/>
    public double KeyOf(in IdleBlock block, PolicyState state) => block.IdleSinceUs;
}
