using System.Runtime.InteropServices;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Replica;

/// <summary>KV of this replica's requests that is not in its pool: handed over, in host memory, or in a tier.</summary>
internal sealed class KvElsewhere(ReplicaOptions options, RequestTable table, KvLedger kv, SchedulerCounters counters)
{
    private readonly List<KvLoad> _loads = [];

    /// <summary>What the last plan asks for.</summary>
    public ReadOnlySpan<KvLoad> Loads => CollectionsMarshal.AsSpan(_loads);

    /// <summary>Tokens whose KV the last plan moved to host memory.</summary>
    public int SwappedOutTokens { get; private set; }

    public int SwapBlocksUsed { get; private set; }

    public void BeginPlan()
    {
        _loads.Clear();
        SwappedOutTokens = 0;
    }

    /// <summary>
    /// What is cached here, lengthened by what can be loaded; the room for the latter is taken from the available blocks.
    /// </summary>
    public PrefixHit WithLoad(int row, in PrefixHit cached)
    {
        var tokens = LoadableTokens(row, out _);
        return tokens <= cached.Tokens
            ? cached
            : new PrefixHit(tokens, cached.BlocksIdle + kv.BlocksFor(tokens) - kv.BlocksFor(cached.Tokens));
    }

    /// <summary>Asks for an admitted row's KV that can be had; false when there is none, or no room for it.</summary>
    public bool TryLoad(int row, int sequence, int computed)
    {
        var tokens = LoadableTokens(row, out var source);
        if (tokens <= computed || !kv.TryGrow(sequence, tokens)) return false;
        table.BlocksHeld[row] = kv.BlocksOf(sequence);
        _loads.Add(new KvLoad(row, sequence, table.Ids[row], computed, tokens, source));
        return true;
    }

    /// <summary>The KV of a load is in the pool.</summary>
    public void Loaded(in KvLoad load)
    {
        table.ComputedTokens[load.Row] = load.ToToken;
        kv.Commit(load.Sequence, load.ToToken);
        counters.LoadedTokens += load.ToToken - load.FromToken;
        CreditFound(load.Row, load.ToToken - load.FromToken);
        Forget(load.Row);
    }

    public void LoseHandover(int row)
    {
        if (table.ElsewhereSources[row] == KvSource.Handover) table.ElsewhereTokens[row] = 0;
    }

    /// <summary>A preempted row's KV goes to host memory; false when there is no room.</summary>
    public bool TrySwapOut(int row)
    {
        var (tokens, blocks) = (table.ComputedTokens[row], table.BlocksHeld[row]);
        if (options.SwapBlocks - SwapBlocksUsed is not { } free || blocks > free || tokens == 0) return false;
        SwapBlocksUsed += blocks;
        SwappedOutTokens += tokens;
        counters.SwappedTokens += tokens;
        (table.ElsewhereTokens[row], table.ElsewhereSources[row], table.SwapBlocks[row]) = (tokens, KvSource.Swap, blocks);
        return true;
    }

    public void Forget(int row)
    {
        SwapBlocksUsed -= table.SwapBlocks[row];
        table.SwapBlocks[row] = table.ElsewhereTokens[row] = 0;
    }

    public void StoreInTier(int row)
    {
        if (options.Tier is not { } tier) return;
        var spec = table.Spec(row);
        tier.Store(spec.Content, spec.Facts.CacheDomain, table.ComputedTokens[row]);
    }

    /// <summary>Tokens that a preemption threw away were found after all, so they are not computed twice.</summary>
    public void CreditFound(int row, int tokens)
    {
        var found = Math.Min(tokens, table.LostTokens[row]);
        counters.RecomputedTokens -= found;
        table.LostTokens[row] -= found;
    }

    private int LoadableTokens(int row, out KvSource source)
    {
        var (kept, spec) = (table.ElsewhereTokens[row], table.Spec(row));
        source = table.ElsewhereSources[row];
        var stored = options.Tier?.HitTokens(spec.Content, spec.Facts.CacheDomain, table.WantedTokens[row] - 1) ?? 0;
        if (stored <= kept) return kept;
        source = KvSource.Tier;
        return stored;
    }
}
