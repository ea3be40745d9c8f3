using System.Runtime.InteropServices;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Replica;

/// <summary>KV of this replica's requests that is not in its pool: handed over, moved away by a preemption, or in a tier.</summary>
internal sealed class KvElsewhere(ReplicaOptions options, RequestTable table, KvLedger kv, SchedulerCounters counters)
{
    private readonly KvTier[] _tiers = [.. options.Tiers];
    private readonly List<KvLoad> _loads = [];

    /// <summary>What the last plan asks for.</summary>
    public ReadOnlySpan<KvLoad> Loads => CollectionsMarshal.AsSpan(_loads);

    /// <summary>Tokens whose KV the last plan moved away.</summary>
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
        var tokens = LoadableTokens(row, out var place);
        if (place is null || tokens <= computed || !kv.TryGrow(sequence, tokens)) return false;
        table.BlocksHeld[row] = kv.BlocksOf(sequence);
        _loads.Add(new KvLoad(row, sequence, table.Ids[row], computed, tokens, place));
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

    /// <summary>The row's request brings along what lies elsewhere.</summary>
    public void Note(int row, in Handover handover) =>
        (table.ElsewhereTokens[row], table.ElsewherePlaces[row]) = (handover.KvTokens, handover.Place);

    /// <summary>What the row had in this place, it has no more.</summary>
    public void Lose(int row, KvPlace place)
    {
        if (table.ElsewherePlaces[row] == place) table.ElsewhereTokens[row] = 0;
    }

    /// <summary>A preempted row's KV is moved away; false when there is no room for it, or nowhere to move it.</summary>
    public bool TrySwapOut(int row)
    {
        var (tokens, blocks) = (table.ComputedTokens[row], table.BlocksHeld[row]);
        if (options.Swap is not { } swap || tokens == 0 || !swap.HasRoom(SwapBlocksUsed, blocks)) return false;
        SwapBlocksUsed += blocks;
        SwappedOutTokens += tokens;
        counters.SwappedTokens += tokens;
        (table.ElsewhereTokens[row], table.ElsewherePlaces[row], table.SwapBlocks[row]) = (tokens, swap, blocks);
        return true;
    }

    public void Forget(int row)
    {
        SwapBlocksUsed -= table.SwapBlocks[row];
        table.SwapBlocks[row] = table.ElsewhereTokens[row] = 0;
    }

    public void StoreInTiers(int row)
    {
        foreach (var tier in _tiers)
        {
            var spec = table.Spec(row);
            tier.Store(spec.Content, spec.Facts.CacheDomain, table.ComputedTokens[row]);
        }
    }

    /// <summary>Tokens that a preemption threw away were found after all, so they are not computed twice.</summary>
    public void CreditFound(int row, int tokens)
    {
        var found = Math.Min(tokens, table.LostTokens[row]);
        counters.RecomputedTokens -= found;
        table.LostTokens[row] -= found;
    }

    /// <summary>The most leading tokens that one place has, and which: the row's own before tiers, nearer tiers before farther ones.</summary>
    private int LoadableTokens(int row, out KvPlace? place)
    {
        var most = table.ElsewhereTokens[row];
        place = table.ElsewherePlaces[row];
        foreach (var tier in _tiers)
        {
            var spec = table.Spec(row);
            var stored = tier.HitTokens(spec.Content, spec.Facts.CacheDomain, table.WantedTokens[row] - 1);
            if (stored > most) (most, place) = (stored, tier.Place);
        }

        return most;
    }
}
