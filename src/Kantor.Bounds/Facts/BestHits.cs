namespace Kantor.Bounds.Facts;

/// <summary>
/// The most prompt tokens that any policy could find cached: of each prompt the longest prefix that another prompt has too which arrives in
/// time to be computed before. Blocks are told apart by a running hash of the prompt up to them, so equal hashes of unlike prompts only make
/// a bound weaker.
/// </summary>
public static class BestHits
{
    /// <summary>Tokens by prompt, below its length.</summary>
    /// <param name="prompts">
    /// Arrival, by when another prompt must have arrived, length, and ids of the blocks of each prompt in order.
    /// </param>
    public static int[] Of(IReadOnlyList<PromptBlocks> prompts)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        var firsts = FirstArrivals(prompts);
        return [.. prompts.Select((prompt, index) => HitOf(prompt, index, firsts))];
    }

    private static int HitOf(in PromptBlocks prompt, int index, Dictionary<ulong, (int First, long FirstUs, long SecondUs)> firsts)
    {
        var (hash, tokens) = (0UL, 0);
        foreach (var id in prompt.Ids.Span)
        {
            hash = Next(hash, id);
            var (first, firstUs, secondUs) = firsts[hash];
            if ((first == index ? secondUs : firstUs) > prompt.OtherByUs) break;
            tokens += prompt.TokensPerId;
        }

        return Math.Min(tokens, prompt.PromptTokens - 1);
    }

    /// <summary>Of every prefix who has it first, and when that and the next one arrive.</summary>
    private static Dictionary<ulong, (int First, long FirstUs, long SecondUs)> FirstArrivals(IReadOnlyList<PromptBlocks> prompts)
    {
        var firsts = new Dictionary<ulong, (int First, long FirstUs, long SecondUs)>();
        for (var index = 0; index < prompts.Count; index++)
        {
            var hash = 0UL;
            foreach (var id in prompts[index].Ids.Span)
            {
                hash = Next(hash, id);
                var atUs = prompts[index].ArrivalUs;
                if (!firsts.TryGetValue(hash, out var known)) firsts[hash] = (index, atUs, long.MaxValue);
                else if (atUs < known.FirstUs) firsts[hash] = (index, atUs, known.FirstUs);
                else if (atUs < known.SecondUs) firsts[hash] = known with { SecondUs = atUs };
            }
        }

        return firsts;
    }

    private static ulong Next(ulong hash, int id)
    {
        var mixed = (hash ^ (uint)id) + 0x9E37_79B9_7F4A_7C15UL;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EBUL;
        return mixed ^ (mixed >> 31);
    }
}

/// <summary>A prompt by its blocks.</summary>
/// <param name="ArrivalUs">When it arrives.</param>
/// <param name="OtherByUs">By when another one must have arrived for this one to find its blocks.</param>
/// <param name="PromptTokens">Its length.</param>
/// <param name="Ids">Ids of its blocks; empty where its content is not known.</param>
/// <param name="TokensPerId">Tokens of a block.</param>
public readonly record struct PromptBlocks(long ArrivalUs, long OtherByUs, int PromptTokens, ReadOnlyMemory<int> Ids, int TokensPerId);
