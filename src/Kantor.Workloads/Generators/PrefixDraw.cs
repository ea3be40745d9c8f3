using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Generators;

/// <summary>Block ids that no other prompt has.</summary>
internal sealed class BlockIds
{
    private int _next;

    public int Next() => checked(_next++);
}

/// <summary>Prompts that begin like others of their family.</summary>
internal sealed class PrefixDraw
{
    private const int TokensPerBlock = MooncakeFormat.TokensPerBlockId;

    private readonly RandomStream _random;
    private readonly BlockIds _ids;
    private readonly int[][] _prefixes;
    private readonly double[] _cumulative;

    public PrefixDraw(PrefixFamilies families, RandomStream random, BlockIds ids)
    {
        _random = random;
        _ids = ids;
        _prefixes = new int[families.Count][];
        _cumulative = new double[families.Count];
        var total = 0.0;
        for (var family = 0; family < families.Count; family++)
        {
            _prefixes[family] = [.. Enumerable.Range(0, 1 + random.NextInt(families.BlocksMax)).Select(_ => ids.Next())];
            _cumulative[family] = total += Math.Pow(family + 1, -families.ZipfExponent);
        }
    }

    /// <summary>The common blocks of a family, which is drawn by popularity.</summary>
    public int[] NextPrefix() => _prefixes[Choice.Draw(_cumulative, _random)];

    /// <summary>Ids of a whole prompt; its last block is never a common one.</summary>
    public int[] NextBlockIds(int promptTokens)
    {
        var prefix = NextPrefix();
        var ids = new int[((promptTokens - 1) / TokensPerBlock) + 1];
        var shared = Math.Min(prefix.Length, ids.Length - 1);
        for (var block = 0; block < ids.Length; block++) ids[block] = block < shared ? prefix[block] : _ids.Next();
        return ids;
    }
}
