using Kantor.Core.Batching;
using System.Runtime.InteropServices;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Replica;

/// <content>Rows that hold KV without taking part in the batch, and KV that comes from elsewhere.</content>
public sealed partial class ReplicaScheduler
{
    private readonly List<KvLoad> _loads = [];
    private readonly List<int> _returning = [];
    private int _leaving;
    private int _swapBlocksUsed;

    /// <summary>Requests that hold KV and take part in no batch until <see cref="Unpark"/>.</summary>
    public int ParkedCount => _returning.Count + _leaving;

    /// <summary>KV that the last plan asks for from elsewhere; the host reports each with <see cref="Loaded"/> when it is there.</summary>
    public ReadOnlySpan<KvLoad> Loads => CollectionsMarshal.AsSpan(_loads);

    /// <summary>Tokens whose KV the last plan moved to host memory.</summary>
    public int SwappedOutTokens { get; private set; }

    /// <summary>Blocks of host memory that preempted requests hold.</summary>
    public int SwapBlocksUsed => _swapBlocksUsed;

    /// <summary>
    /// The running row keeps its KV and takes part in no batch. One that <paramref name="returns"/> keeps its place too, because a step of it is
    /// under way or its KV is on the way to it; one that does not only waits until its KV was copied away.
    /// </summary>
    /// <exception cref="InvalidOperationException">The row does not run.</exception>
    public void Park(int row, bool returns = true)
    {
        if (_table.States[row] != RowState.Running) throw new InvalidOperationException($"Row {row} is {_table.States[row]}; only a running row can be parked.");
        _running.Remove(row);
        _table.States[row] = RowState.Parked;
        if (returns) _returning.Add(row);
        else _leaving++;
    }

    /// <summary>The parked row runs again, at its place in the order of admission.</summary>
    /// <exception cref="InvalidOperationException">The row is not parked.</exception>
    public void Unpark(int row)
    {
        if (_table.States[row] != RowState.Parked) throw new InvalidOperationException($"Row {row} is {_table.States[row]}; it is not parked.");
        var place = _running.Count;
        while (place > 0 && _table.Admissions[_running[place - 1]] > _table.Admissions[row]) place--;
        _running.Insert(place, row);
        _table.States[row] = RowState.Running;
        RemoveParked(row);
    }

    /// <summary>
    /// Hands the planned step out of the scheduler, so that another can be planned while it is under way: its rows are parked until
    /// <see cref="ResumeStep"/>.
    /// </summary>
    public StepInFlight TakeStep()
    {
        var step = new StepInFlight([.. _slices], [.. _slices.Select(slice => _table.Ids[slice.Row])]);
        foreach (var slice in step.Slices) Park(slice.Row);
        _slices.Clear();
        return step;
    }

    /// <summary>The step is the planned one again, without the rows that ended meanwhile; <see cref="CompleteStep"/> and the rest follow as usual.</summary>
    public void ResumeStep(StepInFlight step)
    {
        _slices.Clear();
        for (var index = 0; index < step.Slices.Count; index++)
        {
            var slice = step.Slices[index];
            if (_table.States[slice.Row] != RowState.Parked || _table.Ids[slice.Row] != step.Ids[index]) continue;
            Unpark(slice.Row);
            _slices.Add(slice);
        }
    }

    /// <summary>The KV of a load is there: the row runs, with as many tokens computed. False when its request ended meanwhile.</summary>
    public bool Loaded(in KvLoad load)
    {
        if (_table.States[load.Row] != RowState.Parked || _table.Ids[load.Row] != load.Id) return false;
        _table.ComputedTokens[load.Row] = load.ToToken;
        Kv.Commit(load.Sequence, load.ToToken);
        Counters.LoadedTokens += load.ToToken - load.FromToken;
        CreditFound(load.Row, load.ToToken - load.FromToken);
        ForgetElsewhere(load.Row);
        Unpark(load.Row);
        return true;
    }

    /// <summary>The KV of a load will not come: the row runs with what it has, and computes the rest. False when its request ended meanwhile.</summary>
    public bool LoadFailed(in KvLoad load)
    {
        if (_table.States[load.Row] != RowState.Parked || _table.Ids[load.Row] != load.Id) return false;
        ForgetElsewhere(load.Row);
        Unpark(load.Row);
        return true;
    }

    /// <summary>The KV that a request was to bring along from elsewhere is gone; one that has not been admitted computes it.</summary>
    public void LoseHandover(int row)
    {
        if (_table.ElsewhereSources[row] == KvSource.Handover) _table.ElsewhereTokens[row] = 0;
    }

    /// <summary>Rows of all requests that are here.</summary>
    public IReadOnlyList<int> LiveRows() => [.. Enumerable.Range(0, _table.RowCount).Where(row => _table.States[row] != RowState.Free)];

    /// <summary>The row's request goes on elsewhere: it leaves without an outcome, and the predictor learns nothing from it.</summary>
    public void Leave(int row) => Drop(row, null);

    /// <summary>Whether the slice's row still runs what was planned, and did not end meanwhile.</summary>
    public bool IsAlive(in StepSlice slice) => _table.States[slice.Row] == RowState.Running && _table.Sequences[slice.Row] == slice.Sequence;

    private void Drop(int row, RequestOutcome? outcome)
    {
        var keepsContent = outcome != RequestOutcome.BackendFailed;
        var state = _table.States[row];
        if (state == RowState.Waiting)
        {
            _waiting.Remove(row);
        }
        else
        {
            if (keepsContent) StoreInTier(row);
            Kv.Close(_table.Sequences[row], keepsContent);
            if (state == RowState.Parked) RemoveParked(row);
            else _running.Remove(row);
        }

        ForgetElsewhere(row);
        _state.Ended(_table.Spec(row).Facts, row, new RequestEnd(outcome, _table.GeneratedTokens[row], _table.CachedTokens[row]));
        _table.Remove(row);
    }

    private void RemoveParked(int row)
    {
        if (!_returning.Remove(row)) _leaving--;
    }

    /// <summary>What is cached here, lengthened by what can be loaded; the room for the latter is taken from the available blocks.</summary>
    private PrefixHit WithLoad(int row, in PrefixHit cached)
    {
        var tokens = LoadableTokens(row, out _);
        return tokens <= cached.Tokens
            ? cached
            : new PrefixHit(tokens, cached.BlocksIdle + Kv.BlocksFor(tokens) - Kv.BlocksFor(cached.Tokens));
    }

    private int LoadableTokens(int row, out KvSource source)
    {
        var (kept, spec) = (_table.ElsewhereTokens[row], _table.Spec(row));
        source = _table.ElsewhereSources[row];
        var stored = _options.Tier?.HitTokens(spec.Content, spec.Facts.CacheDomain, _table.WantedTokens[row] - 1) ?? 0;
        if (stored <= kept) return kept;
        source = KvSource.Tier;
        return stored;
    }

    /// <summary>An admitted row whose KV can be had from elsewhere waits for it instead of computing; without room for it, it computes.</summary>
    private bool TryLoad(int row, int sequence, int computed)
    {
        var tokens = LoadableTokens(row, out var source);
        if (tokens <= computed || !Kv.TryGrow(sequence, tokens)) return false;
        _table.BlocksHeld[row] = Kv.BlocksOf(sequence);
        _loads.Add(new KvLoad(row, sequence, _table.Ids[row], computed, tokens, source));
        Park(row);
        return true;
    }

    private bool TrySwapOut(int row)
    {
        var (tokens, blocks) = (_table.ComputedTokens[row], _table.BlocksHeld[row]);
        if (_options.SwapBlocks - _swapBlocksUsed is not { } free || blocks > free || tokens == 0) return false;
        _swapBlocksUsed += blocks;
        SwappedOutTokens += tokens;
        Counters.SwappedTokens += tokens;
        (_table.ElsewhereTokens[row], _table.ElsewhereSources[row], _table.SwapBlocks[row]) = (tokens, KvSource.Swap, blocks);
        return true;
    }

    private void ForgetElsewhere(int row)
    {
        _swapBlocksUsed -= _table.SwapBlocks[row];
        _table.SwapBlocks[row] = _table.ElsewhereTokens[row] = 0;
    }

    private void StoreInTier(int row)
    {
        if (_options.Tier is not { } tier) return;
        var spec = _table.Spec(row);
        tier.Store(spec.Content, spec.Facts.CacheDomain, _table.ComputedTokens[row]);
    }

    /// <summary>Tokens that a preemption threw away were found after all, so they are not computed twice.</summary>
    private void CreditFound(int row, int tokens)
    {
        var found = Math.Min(tokens, _table.LostTokens[row]);
        Counters.RecomputedTokens -= found;
        _table.LostTokens[row] -= found;
    }
}
