using System.Diagnostics.CodeAnalysis;
using Kantor.Cli.Yaml;

namespace Kantor.Cli.Scenarios;

/// <summary>KV memory as a person gives it: in blocks, tokens or bytes.</summary>
internal sealed record KvAmount(double Number, KvUnit Unit)
{
    private static readonly (string Unit, double Factor)[] Bytes =
        [("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40)];

    /// <summary>How it is written.</summary>
    public static Shape<Placed<KvAmount>> Shape { get; } = new PlacedShape<KvAmount>(new ScalarShape<KvAmount>(
        "an amount above 0 in blocks, tokens, MB, GB, TB, MiB, GiB or TiB, such as '200000 tokens' or 64GiB",
        static (text, [MaybeNullWhen(false)] out value) =>
        {
            value = Scalars.TryUnits(text, [("tokens", 1)], out var tokens) ? new KvAmount(tokens, KvUnit.Tokens)
                : Scalars.TryUnits(text, [("blocks", 1)], out var blocks) ? new KvAmount(blocks, KvUnit.Blocks)
                : Scalars.TryUnits(text, Bytes, out var bytes) ? new KvAmount(bytes, KvUnit.Bytes)
                : null;
            return value is { Number: > 0 } && (value.Unit == KvUnit.Bytes || value.Number == Math.Floor(value.Number));
        }));

    /// <summary>Whole blocks that it holds; null when the bytes of a token are needed for that and not known.</summary>
    public double? Blocks(int blockSizeTokens, double? tokenBytes) => Unit switch
    {
        KvUnit.Blocks => Number,
        KvUnit.Tokens => Math.Floor(Number / blockSizeTokens),
        _ => Math.Floor(Number / tokenBytes / blockSizeTokens ?? double.NaN) is var blocks && double.IsNaN(blocks) ? null : blocks,
    };
}

/// <summary>What KV memory is counted in.</summary>
internal enum KvUnit
{
    /// <summary>Blocks of the pool.</summary>
    Blocks,

    /// <summary>Tokens.</summary>
    Tokens,

    /// <summary>Bytes over all devices of a replica.</summary>
    Bytes,
}

/// <summary>Bandwidth as a person gives it.</summary>
/// <param name="PerS">Bytes or tokens per second.</param>
/// <param name="IsBytes">Whether it counts bytes.</param>
internal sealed record KvBandwidth(double PerS, bool IsBytes)
{
    private static readonly (string Unit, double Factor)[] Bytes =
        [("MB/s", 1e6), ("GB/s", 1e9), ("TB/s", 1e12), ("MiB/s", 1L << 20), ("GiB/s", 1L << 30), ("Gbit/s", 1.25e8)];

    /// <summary>How it is written.</summary>
    public static Shape<Placed<KvBandwidth>> Shape { get; } = new PlacedShape<KvBandwidth>(new ScalarShape<KvBandwidth>(
        "a bandwidth above 0 in tokens/s, MB/s, GB/s, TB/s, MiB/s, GiB/s or Gbit/s, such as 50GB/s",
        static (text, [MaybeNullWhen(false)] out value) =>
        {
            value = Scalars.TryUnits(text, [("tokens/s", 1)], out var tokens) ? new KvBandwidth(tokens, IsBytes: false)
                : Scalars.TryUnits(text, Bytes, out var bytes) ? new KvBandwidth(bytes, IsBytes: true)
                : null;
            return value is { PerS: > 0 and <= 1e15 };
        }));
}
