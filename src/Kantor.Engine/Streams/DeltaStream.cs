using System.Runtime.CompilerServices;
using Kantor.Engine.Clocks;

namespace Kantor.Engine.Streams;

/// <summary>How much a stream holds for a reader that is behind.</summary>
/// <param name="DeltasMax">Deltas kept apart; beyond them a choice's deltas are merged. At least 1 per choice is always kept.</param>
/// <param name="EntriesMax">Tokens plus log-probability alternatives held in all; a reader further behind counts as stalled.</param>
/// <param name="StallUs">Microseconds after which a reader that takes nothing, although something is there, counts as stalled.</param>
public readonly record struct StreamBounds(int DeltasMax, int EntriesMax, long StallUs);

/// <summary>
/// The engine's <see cref="GenerationStream"/>: the loop publishes and never waits, the reader takes when it can. What the reader leaves
/// lying is merged per choice, so the memory is bounded by <see cref="StreamBounds"/>.
/// </summary>
internal sealed class DeltaStream(int choices, StreamBounds bounds, EngineClock clock, Action requestCancel) : GenerationStream
{
    private readonly Lock _lock = new();
    private readonly Queue<GenerationDelta> _deltas = new();
    private readonly MergedDeltas?[] _overflow = new MergedDeltas?[choices];
    private TaskCompletionSource? _arrival;
    private int _unfinished = choices;
    private int _entries;
    private long _waitingSinceUs;
    private bool _hasReader;
    private volatile bool _isCancelRequested;

    /// <summary>Whether the caller gave up; read by the loop.</summary>
    public bool IsCancelRequested => _isCancelRequested;

    /// <inheritdoc/>
    public override void Cancel()
    {
        lock (_lock)
        {
            if (_isCancelRequested || _unfinished == 0) return;
            _isCancelRequested = true;
        }

        requestCancel();
    }

    /// <summary>
    /// Adds a delta of a choice that has not finished. Never waits; the loop calls it, or the submitter before the loop knows the stream.
    /// </summary>
    /// <exception cref="InvalidOperationException">Every choice has finished.</exception>
    public void Publish(GenerationDelta delta)
    {
        TaskCompletionSource? arrival;
        lock (_lock)
        {
            if (_unfinished == 0) throw new InvalidOperationException($"Choice {delta.Choice} gained a delta after its stream's end.");
            if (_entries == 0) _waitingSinceUs = clock.NowUs;
            Keep(delta);
            if (delta.Finish is not null) _unfinished--;
            (arrival, _arrival) = (_arrival, null);
        }

        arrival?.SetResult();
    }

    /// <summary>Whether the reader is too far behind, in time or in entries.</summary>
    public bool IsStalled()
    {
        lock (_lock) return _entries > 0 && (_entries > bounds.EntriesMax || clock.NowUs - _waitingSinceUs > bounds.StallUs);
    }

    /// <summary>Takes the next delta if there is one now; for readers that poll.</summary>
    public bool TryTake(out GenerationDelta? delta)
    {
        lock (_lock) return TryTakeLocked(out delta);
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<GenerationDelta> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            if (_hasReader) throw new InvalidOperationException("A stream has one reader.");
            _hasReader = true;
        }

        while (NextOrArrival(out var delta) is var arrival)
        {
            if (delta is not null) yield return delta;
            else if (arrival is not null) await arrival.WaitAsync(cancellation).ConfigureAwait(false);
            else yield break;
        }
    }

    private Task? NextOrArrival(out GenerationDelta? delta)
    {
        lock (_lock)
        {
            if (TryTakeLocked(out delta) || _unfinished == 0) return null;
            _arrival ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrival.Task;
        }
    }

    private bool TryTakeLocked(out GenerationDelta? delta)
    {
        if (!_deltas.TryDequeue(out delta)) delta = TakeOverflow();
        if (delta is null) return false;
        _entries -= EntriesOf(delta);
        _waitingSinceUs = clock.NowUs;
        return true;
    }

    private GenerationDelta? TakeOverflow()
    {
        var choice = Array.FindIndex(_overflow, merged => merged is not null);
        if (choice < 0) return null;
        var delta = _overflow[choice]?.ToDelta();
        _overflow[choice] = null;
        return delta;
    }

    private void Keep(GenerationDelta delta)
    {
        _entries += EntriesOf(delta);
        ref var overflow = ref _overflow[delta.Choice];
        if (overflow is null && _deltas.Count < bounds.DeltasMax) _deltas.Enqueue(delta);
        else (overflow ??= new MergedDeltas(delta.Choice)).Add(delta);
    }

    /// <summary>
    /// What a delta counts towards the bound. Every delta has a token or ends its choice, so the sum is 0 only when nothing is held.
    /// </summary>
    private static int EntriesOf(GenerationDelta delta) =>
        delta.Tokens + delta.Logprobs.Sum(entry => entry.Top.Count) + (delta.Finish is null ? 0 : 1);
}
