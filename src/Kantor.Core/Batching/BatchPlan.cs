using Kantor.Core.Requests;

namespace Kantor.Core.Batching;

/// <summary>
/// What a planner decides for one step. The host owns the plan and clears it before each call; preemptions take effect first, then grants
/// in their order. A grant to a waiting row admits it.
/// </summary>
public sealed class BatchPlan
{
    private readonly List<Grant> _grants = [];
    private readonly List<int> _preemptions = [];
    private readonly List<Refusal> _refusals = [];

    /// <summary>Who computes how many tokens, in order.</summary>
    public ReadOnlySpan<Grant> Grants => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_grants);

    /// <summary>Running rows that lose their KV and wait again, in order; recomputed when they return.</summary>
    public ReadOnlySpan<int> Preemptions => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_preemptions);

    /// <summary>Waiting rows that are turned away for good.</summary>
    public ReadOnlySpan<Refusal> Refusals => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_refusals);

    /// <summary>
    /// Until when nothing is to be computed on purpose, in microseconds of the host's clock; <see cref="long.MaxValue"/> for the next event
    /// of the replica. Null when the plan does not hold.
    /// </summary>
    public long? HoldsUntilUs { get; private set; }

    /// <summary>Whether the plan changes nothing.</summary>
    public bool IsEmpty => _grants.Count + _preemptions.Count + _refusals.Count == 0;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _grants.Clear();
        _preemptions.Clear();
        _refusals.Clear();
        HoldsUntilUs = null;
    }

    /// <summary>
    /// The row computes <paramref name="tokens"/> tokens in this step. With <paramref name="reserveTokens"/> above 0, KV for that many
    /// tokens in all is allocated at once; otherwise only what the step needs.
    /// </summary>
    public void AddGrant(int row, int tokens, int reserveTokens = 0) => _grants.Add(new Grant(row, tokens, reserveTokens));

    /// <summary>Takes back a row's grant; false when it has none.</summary>
    public bool RevokeGrant(int row, out Grant revoked)
    {
        for (var index = _grants.Count - 1; index >= 0; index--)
        {
            if (_grants[index].Row != row) continue;
            revoked = _grants[index];
            _grants.RemoveAt(index);
            return true;
        }

        revoked = default;
        return false;
    }

    /// <summary>The running row loses its KV and goes to the front of the queue.</summary>
    public void AddPreemption(int row) => _preemptions.Add(row);

    /// <summary>
    /// Nothing is computed before something happens: a request arrives or ends, or KV comes. Otherwise a plan that grants nothing while
    /// somebody waits or runs is faulty. It grants nothing; it may preempt and refuse. The host bounds how long it lasts.
    /// </summary>
    public void Hold() => HoldsUntilUs = long.MaxValue;

    /// <summary><see cref="Hold"/>, at most until this time, which lies ahead.</summary>
    public void HoldUntil(long untilUs) => HoldsUntilUs = untilUs;

    /// <summary>The waiting row is refused.</summary>
    public void AddRefusal(int row, RequestOutcome reason) => _refusals.Add(new Refusal(row, reason));
}

/// <summary>Tokens given to a row for one step.</summary>
/// <param name="Row">Row of the view.</param>
/// <param name="Tokens">Tokens to compute, 1 to the row's missing tokens.</param>
/// <param name="ReserveTokens">Tokens in all for which KV is allocated at once; 0 for what the step needs.</param>
public readonly record struct Grant(int Row, int Tokens, int ReserveTokens);

/// <summary>A waiting row that is turned away.</summary>
public readonly record struct Refusal(int Row, RequestOutcome Reason);
