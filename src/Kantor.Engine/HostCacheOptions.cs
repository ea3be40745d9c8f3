using Kantor.Core.Kv;
using Kantor.Engine.Backends;

namespace Kantor.Engine;

/// <summary>
/// Host memory behind the KV pool: what a request leaves is copied there, and copied back when a later one begins with it. The pool holds
/// little else than what is at work, so that attention walks no more.
/// </summary>
public sealed record HostCacheOptions
{
    /// <summary>Name of the place in reports.</summary>
    public const string PlaceName = "host";

    // A copy of host memory; the figure only orders places, since these copies are made while a step is prepared.
    private const double CopyBytesPerS = 8e9;

    /// <summary>
    /// Memory for copies, in bytes, at least the KV of a token. A copy of up to 256 tokens is freed with the last token of it that is kept,
    /// so that somewhat more may be in use.
    /// </summary>
    public required long Bytes { get; init; }

    /// <summary>Most tokens that are kept, at least 1, because the books of each take memory too: about 60 bytes.</summary>
    public int TokensMax { get; init; } = 1 << 18;

    /// <summary>
    /// Fewest tokens that are worth a copy, at least 1: a copy of any size costs several passes over the pool's cells, which is as much as
    /// computing a few tokens of a small model.
    /// </summary>
    public int CopyTokensMin { get; init; } = 16;

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentException">A value is out of range, or the back end's KV cannot be copied.</exception>
    public void Validate(BackendInfo backend)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(TokensMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CopyTokensMin, 1);
        if (backend.KvTokenBytes is not { } tokenBytes)
        {
            throw new ArgumentException("The KV of this model cannot be copied to host memory.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(Bytes, tokenBytes);
    }

    internal KvTier? TierFor(BackendInfo backend) => backend.KvTokenBytes is not { } tokenBytes
        ? null
        : new KvTier(
            new KvPlace
            {
                Name = PlaceName,
                Blocks = (int)Math.Min(TokensMax, Bytes / tokenBytes),
                CopiesAtOnce = true,
                CopyTokensMin = CopyTokensMin,
                Link = KvLink.Of(CopyBytesPerS, tokenBytes),
            },
            blockSizeTokens: 1);
}
