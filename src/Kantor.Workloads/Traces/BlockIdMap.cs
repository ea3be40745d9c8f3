using System.Text.Json;

namespace Kantor.Workloads.Traces;

/// <summary>
/// Gives the blocks of a trace ids of its own: equal recorded hashes (unsigned 64-bit) get equal ids, and a last block that is not full and
/// has no hash gets an id that no other has. Memory grows with the different blocks of the trace.
/// </summary>
internal sealed class BlockIdMap
{
    private readonly Dictionary<ulong, int> _ids = [];
    private int _next;

    /// <summary>
    /// Ids for a prompt from its recorded hashes, of which there is one for each full block and perhaps one for the rest.
    /// </summary>
    /// <exception cref="TraceFieldException">An element is no hash, or there are too few or too many.</exception>
    public int[] Map(JsonElement hashes, string name, int tokensPerBlock, int promptTokens)
    {
        var ids = new int[RequireCount(hashes.GetArrayLength(), name, tokensPerBlock, promptTokens)];
        var block = 0;
        foreach (var hash in hashes.EnumerateArray())
        {
            if (hash.ValueKind != JsonValueKind.Number || !hash.TryGetUInt64(out var value))
            {
                throw new TraceFieldException($"{name} must be an array of whole numbers from 0 to {ulong.MaxValue}");
            }

            if (!_ids.TryGetValue(value, out ids[block])) _ids.Add(value, ids[block] = Next());
            block++;
        }

        if (block < ids.Length) ids[block] = Next();
        return ids;
    }

    /// <summary>Blocks of a prompt, of which the recorded ids may leave out the last if it is not full.</summary>
    public static int RequireCount(int given, string name, int tokensPerBlock, int promptTokens)
    {
        var (full, all) = (promptTokens / tokensPerBlock, ((promptTokens - 1) / tokensPerBlock) + 1);
        if (given == full || given == all) return all;
        throw new TraceFieldException($"{name} has {given} ids; {promptTokens} prompt tokens need {all} (one per {tokensPerBlock}; the "
            + $"last may be left out if it is not full, which gives {full})");
    }

    private int Next() =>
        _next < int.MaxValue
            ? _next++
            : throw new TraceFieldException("the trace has more different blocks than can be told apart (2147483647)");
}
