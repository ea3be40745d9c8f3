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
        var tokens = LoadableTokens(row, cached.Tokens);
        return tokens <= cached.Tokens
            ? cached
            : new PrefixHit(tokens, cached.BlocksIdle + kv.BlocksFor(tokens) - kv.BlocksFor(cached.Tokens));
    }

    /// <summary>
    /// Asks for an admitted row's KV that can be had: all of it from where the row's own lies, or, when tiers have more, each part from the
    /// nearest that has it. False when there is none, or no room for it.
    /// </summary>
    public bool TryLoad(int row, int sequence, int computed)
    {
        var tokens = LoadableTokens(row, computed);
        if (tokens <= computed || !kv.TryGrow(sequence, tokens)) return false;
        table.BlocksHeld[row] = kv.BlocksOf(sequence);
        table.LoadedTo[row] = tokens;
        if (tokens == table.ElsewhereTokens[row]) Ask(row, sequence, computed, tokens, table.ElsewherePlaces[row]!);
        else AskTiers(row, sequence, computed);
        return true;
    }

    /// <summary>
    /// Whether all that was asked for a row is copied while the step is prepared; then it has come, as far as the books go, and the host
    /// finds it among the pool's changes.
    /// </summary>
    public bool TryLoadAtOnce(int row)
    {
        var first = _loads.Count;
        while (first > 0 && _loads[first - 1].Row == row) first--;
        for (var index = first; index < _loads.Count; index++)
        {
            if (!_loads[index].Place.CopiesAtOnce) return false;
        }

        for (var index = first; index < _loads.Count; index++) LoadAtOnce(_loads[index]);
        _loads.RemoveRange(first, _loads.Count - first);
        return true;
    }

    private void LoadAtOnce(in KvLoad load)
    {
        var (spec, place) = (table.Spec(load.Row), load.Place);
        var tier = Array.Find(_tiers, tier => tier.Place == place)!;
        var located = tier.Locate(spec.Content, spec.Facts.CacheDomain, load.FromToken, load.ToToken);
        kv.ChangeLog.Add(KvChangeKind.Load, load.Sequence, located);
        if (table.Preemptions[load.Row] == 0) table.CachedTokens[load.Row] += load.ToToken - load.FromToken;
        TryEndLoad(load);
    }

    /// <summary>What is copied at once could not be: it is found nowhere any more.</summary>
    public void CloseTiers()
    {
        foreach (var tier in _tiers)
        {
            if (tier.Place.CopiesAtOnce) tier.Close();
        }
    }

    /// <summary>The KV of a load is in the pool; true when that was all that the row waits for.</summary>
    public bool TryEndLoad(in KvLoad load)
    {
        var (row, tokens) = (load.Row, load.ToToken - load.FromToken);
        counters.LoadedTokens += tokens;
        CreditFound(row, tokens);
        Advance(row, load.Sequence, table.AheadOfFrontier[row].Union(TokenRanges.Of(load.FromToken, load.ToToken)));
        if (table.ComputedTokens[row] < table.LoadedTo[row]) return false;
        Forget(row);
        return true;
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

    /// <summary>Nothing of the row lies elsewhere or is on its way any more.</summary>
    public void Forget(int row)
    {
        (table.AheadOfFrontier[row], table.LoadedTo[row]) = (default, 0);
        SwapBlocksUsed -= table.SwapBlocks[row];
        table.SwapBlocks[row] = table.ElsewhereTokens[row] = 0;
    }

    /// <summary>
    /// What the row has computed is kept in the tiers. One that copies at once keeps it only when the row gives the pool's blocks up;
    /// others find it in the pool until then.
    /// </summary>
    public void StoreInTiers(int row, bool leavesPool)
    {
        foreach (var tier in _tiers)
        {
            if (tier.Place.CopiesAtOnce && !leavesPool) continue;
            var spec = table.Spec(row);
            var stored = tier.Store(spec.Content, spec.Facts.CacheDomain, table.ComputedTokens[row]);
            if (stored is not null && tier.Place.CopiesAtOnce) kv.ChangeLog.Add(KvChangeKind.Store, table.Sequences[row], stored);
        }
    }

    /// <summary>Tokens that a preemption threw away were found after all, so they are not computed twice.</summary>
    public void CreditFound(int row, int tokens)
    {
        var found = Math.Min(tokens, table.LostTokens[row]);
        counters.RecomputedTokens -= found;
        table.LostTokens[row] -= found;
    }

    /// <summary>
    /// Proves that what a row has ahead of its frontier is apart from it, and that only a row that waits for loads has some.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is not so.</exception>
    public void Verify(int row)
    {
        var (ahead, computed, loadedTo) = (table.AheadOfFrontier[row], table.ComputedTokens[row], table.LoadedTo[row]);
        if (loadedTo > 0 && (table.States[row] != RowState.Parked || loadedTo <= computed))
        {
            throw new InvalidOperationException(
                $"Row {row} is {table.States[row]} with {computed} tokens, but has loads up to {loadedTo}.");
        }

        if (!ahead.IsEmpty && (ahead != ahead.From(computed + 1) || ahead.End > loadedTo))
        {
            throw new InvalidOperationException($"Row {row} has {computed} tokens and loads up to {loadedTo}, but is ahead with {ahead}.");
        }
    }

    /// <summary>The most leading tokens that one place has, if it has enough more than <paramref name="fromToken"/>.</summary>
    private int LoadableTokens(int row, int fromToken)
    {
        var most = table.ElsewhereTokens[row];
        foreach (var tier in _tiers)
        {
            if (StoredTokens(row, tier) is var stored && stored - fromToken >= tier.Place.CopyTokensMin) most = Math.Max(most, stored);
        }

        return most;
    }

    private int StoredTokens(int row, KvTier tier)
    {
        var spec = table.Spec(row);
        return tier.HitTokens(spec.Content, spec.Facts.CacheDomain, table.WantedTokens[row] - 1);
    }

    private void AskTiers(int row, int sequence, int fromToken)
    {
        foreach (var tier in _tiers)
        {
            var stored = StoredTokens(row, tier);
            if (stored - fromToken < tier.Place.CopyTokensMin) continue;
            Ask(row, sequence, fromToken, stored, tier.Place);
            fromToken = stored;
        }
    }

    private void Ask(int row, int sequence, int fromToken, int toToken, KvPlace place) =>
        _loads.Add(new KvLoad(row, sequence, table.Ids[row], fromToken, toToken, place));

    /// <summary>The frontier goes as far as what has come reaches from it.</summary>
    private void Advance(int row, int sequence, TokenRanges come)
    {
        var frontier = come.FrontierFrom(table.ComputedTokens[row]);
        table.AheadOfFrontier[row] = come.From(frontier);
        if (frontier == table.ComputedTokens[row]) return;
        table.ComputedTokens[row] = frontier;
        kv.Commit(sequence, frontier);
    }
}
