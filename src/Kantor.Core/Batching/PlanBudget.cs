namespace Kantor.Core.Batching;

/// <summary>
/// What is left of the step while a plan is being written: tokens, KV blocks, places. All planners and the validator count with it, so that
/// they agree on what fits.
/// </summary>
/// <remarks>
/// It errs on the safe side where requests share blocks: a cached prefix that two rows are about to take is charged to both unless the
/// policy's <see cref="Kv.KvRules"/> say otherwise, and after a preemption a cached prefix is charged in full, because the victim's blocks
/// that were counted as had again may be part of it. It holds the columns that it reads and not the view, which is large to copy. What is
/// taken here is known to whoever made the view, so a plan has one budget that is not copied.
/// </remarks>
public ref struct PlanBudget
{
    private readonly IBatchProbe _probe;

    // Who has to be told what is taken; null under most rules, and this is asked for every row of every step.
    private readonly IBatchProbe? _told;
    private readonly ReadOnlySpan<int> _computedTokens;
    private readonly ReadOnlySpan<int> _blocksHeld;
    private readonly ReadOnlySpan<int> _adapterOf;
    private readonly int _blockSizeTokens;
    private readonly int? _adaptersMax;
    private bool _hasPreempted;
    private readonly AdapterSet _adapters;

    /// <summary>The whole step.</summary>
    public PlanBudget(in BatchView view)
    {
        (_probe, _blockSizeTokens, _adaptersMax) = (view.Probe, view.BlockSizeTokens, view.Limits.AdaptersMax);
        _adapters = _probe.Adapters;
        _computedTokens = view.ComputedTokens;
        _blocksHeld = view.BlocksHeld;
        _adapterOf = view.Adapters;
        TokensLeft = view.Limits.StepTokensMax;
        BlocksLeft = view.KvBlocksAvailable;
        PlacesLeft = Math.Max(0, view.Limits.RunningMax - view.Running.Length - view.Returning.Length);
        _told = _probe.FollowsPlan ? _probe : null;
        _told?.PlanBegins();
        if (_adaptersMax is null) return;
        _adapters.Clear();
        foreach (var row in view.Running) _adapters.Add(_adapterOf[row]);
        foreach (var row in view.Returning) _adapters.Add(_adapterOf[row]);
    }

    /// <summary>Tokens that the step can still compute.</summary>
    public int TokensLeft { get; private set; }

    /// <summary>KV blocks that can still be allocated.</summary>
    public int BlocksLeft { get; private set; }

    /// <summary>Requests that can still be admitted.</summary>
    public int PlacesLeft { get; private set; }

    /// <summary>The rest of the step computes at most so many tokens, at least 0.</summary>
    public void LimitTokens(int most) => TokensLeft = Math.Min(TokensLeft, most);

    /// <summary>KV blocks that a running row needs beyond its own to hold <paramref name="tokensTotal"/> tokens.</summary>
    public readonly int BlocksToHold(int row, int tokensTotal) => Math.Max(0, BlocksFor(tokensTotal) - _blocksHeld[row]);

    /// <summary>
    /// Takes tokens, and blocks for them or for the reservation, for a running row; false, with nothing taken, when they are not there.
    /// </summary>
    public bool TryTakeRunning(int row, int tokens, int reserveTokens = 0)
    {
        var blocks = BlocksToHold(row, Math.Max(reserveTokens, _computedTokens[row] + tokens));
        if (tokens > TokensLeft || blocks > BlocksLeft) return false;
        TokensLeft -= tokens;
        BlocksLeft -= blocks;
        _told?.PlanGrows(row, _computedTokens[row] + tokens, blocks);
        return true;
    }

    /// <summary>
    /// Takes tokens, blocks, a place and, if need be, an adapter's slot for a waiting row whose cached prefix is <paramref name="hit"/>;
    /// false, with nothing taken, when they are not there.
    /// </summary>
    public bool TryTakeWaiting(int row, int tokens, in Kv.PrefixHit hit, int reserveTokens = 0)
    {
        var tokensTotal = Math.Max(reserveTokens, hit.Tokens + tokens);
        var blocks = BlocksToAdmit(tokensTotal, hit);
        if (tokens > TokensLeft || blocks > BlocksLeft || PlacesLeft == 0 || !HasAdapterSlot(row)) return false;
        TokensLeft -= tokens;
        BlocksLeft -= blocks;
        PlacesLeft--;
        if (_adaptersMax is not null) _adapters.Add(_adapterOf[row]);
        _told?.PlanAdmits(row, hit, hit.Tokens + tokens, BlocksFor(tokensTotal) - BlocksFor(hit.Tokens));
        return true;
    }

    /// <summary>
    /// Whether the waiting row's adapter runs already, or another one may. An adapter of which the last row is preempted in this plan keeps
    /// its slot until the next.
    /// </summary>
    public readonly bool HasAdapterSlot(int row) =>
        _adaptersMax is not { } most || _adapters.Count < most || _adapters.Contains(_adapterOf[row]);

    /// <summary>
    /// Available blocks that disappear when a waiting row with this cached prefix takes room for <paramref name="tokensTotal"/> tokens.
    /// </summary>
    public readonly int BlocksToAdmit(int tokensTotal, in Kv.PrefixHit hit) =>
        _hasPreempted ? BlocksFor(tokensTotal) : BlocksFor(tokensTotal) - BlocksFor(hit.Tokens) + hit.BlocksIdle;

    /// <summary>
    /// A running row is preempted: its own blocks and its place are to be had again, and so is what it was granted in this step.
    /// </summary>
    public void Return(int row, Grant? granted = null)
    {
        _hasPreempted = true;
        BlocksLeft += _probe.BlocksExclusive(row);
        PlacesLeft++;
        if (granted is not { } grant) return;
        TokensLeft += grant.Tokens;
        BlocksLeft += BlocksToHold(row, Math.Max(grant.ReserveTokens, _computedTokens[row] + grant.Tokens));
    }

    private readonly int BlocksFor(int tokens) => tokens == 0 ? 0 : ((tokens - 1) / _blockSizeTokens) + 1;
}
