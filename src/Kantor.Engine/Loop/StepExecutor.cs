using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Core.StepTime;
using Kantor.Engine.Backends;
using Kantor.Engine.Clocks;

namespace Kantor.Engine.Loop;

/// <summary>
/// Executes a planned step and chooses the next tokens. Whatever goes wrong is contained: after a failed batch each slice is tried once
/// more alone, so only those fail that fail alone, and the retries are bounded by the size of the batch.
/// </summary>
/// <remarks>
/// After a failure the cells that the step may have left are removed, so positions and books agree before the next attempt. Owner: the loop
/// thread.
/// </remarks>
internal sealed class StepExecutor(
    IModelBackend backend,
    ReplicaScheduler scheduler,
    RequestBook requests,
    EngineClock clock,
    IEngineObserver observer,
    int choosingThreads)
{
    private readonly StepBatch _batch = new(backend.Info.BatchTokensMax);
    private readonly TokenChoosers _choosers = new(backend, choosingThreads);
    private readonly List<SliceResult> _results = [];
    private string _fault = "";

    /// <summary>Calls of the back end that failed.</summary>
    public long Failures { get; private set; }

    /// <summary>What became of each slice of the last step.</summary>
    public IReadOnlyList<SliceResult> Results => _results;

    /// <summary>
    /// What the last step computed, and how long that took; null when a part of it failed, for then its time says nothing.
    /// </summary>
    public (StepLoad Load, long StepUs)? Measured { get; private set; }

    /// <summary>
    /// Executes the scheduler's slices, drops the failed ones from its step, and returns null; or what ended the back end's life.
    /// </summary>
    public string? Execute()
    {
        _results.Clear();
        Measured = null;
        var startUs = clock.NowUs;
        var status = Run(scheduler.Slices);
        if (status == ExecuteStatus.Ok) Measured = (StepSlice.LoadOf(scheduler.Slices), clock.NowUs - startUs);
        else if (status == ExecuteStatus.Fatal || !TryOneByOne()) return _fault;
        foreach (var result in _results)
        {
            if (result.Failure is not null) scheduler.AbandonSlice(result.Slice.Row);
        }

        return null;
    }

    /// <summary>False when the back end failed for good on the way.</summary>
    private bool TryOneByOne()
    {
        for (var index = 0; index < scheduler.Slices.Length; index++)
        {
            var slice = scheduler.Slices[index];
            var status = Run(scheduler.Slices.Slice(index, 1));
            if (status == ExecuteStatus.Fatal) return false;
            if (status != ExecuteStatus.Ok) _results.Add(new SliceResult(slice, requests.ChoiceOf(slice.Row), null, _fault));
        }

        return true;
    }

    private ExecuteStatus Run(ReadOnlySpan<StepSlice> slices)
    {
        Fill(slices);
        var status = TryExecute();
        if (status == ExecuteStatus.Ok)
        {
            ChooseTokens(slices);
            return status;
        }

        Failures++;
        observer.BackendFailed(_fault);
        if (status != ExecuteStatus.Fatal) TakeBack(slices);
        return status;
    }

    private void Fill(ReadOnlySpan<StepSlice> slices)
    {
        _batch.Clear();
        foreach (var slice in slices)
        {
            var tokens = scheduler.Spec(slice.Row).Content.Keys.Slice(slice.FromToken, slice.Tokens);
            for (var index = 0; index < tokens.Length; index++)
            {
                _batch.Add(tokens[index], slice.FromToken + index, slice.Sequence, slice.Generates && index == tokens.Length - 1);
            }
        }
    }

    private ExecuteStatus TryExecute()
    {
        try
        {
            var status = backend.Execute(_batch);
            _fault = $"The model's back end failed: {status}.";
            return status;
        }
#pragma warning disable CA1031 // Whatever a back end throws concerns this batch only.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _fault = $"The model's back end failed: {exception.GetType().Name}.";
            return ExecuteStatus.Aborted;
        }
    }

    private void ChooseTokens(ReadOnlySpan<StepSlice> slices)
    {
        var row = 0;
        foreach (var slice in slices)
        {
            row += slice.Tokens;
            if (slice.Generates) _choosers.Add(requests.ChoiceOf(slice.Row), row - 1);
        }

        var chosen = _choosers.ChooseAll();
        foreach (var slice in slices)
        {
            var (token, failure) = slice.Generates ? chosen[0] : default;
            if (slice.Generates) chosen = chosen[1..];
            _results.Add(new SliceResult(slice, requests.ChoiceOf(slice.Row), token, failure));
        }
    }

    /// <summary>Removes what a failed call may have left, so that the next one finds every sequence as long as the books say.</summary>
    private void TakeBack(ReadOnlySpan<StepSlice> slices)
    {
        foreach (var slice in slices) backend.RemoveCells(slice.Sequence, slice.FromToken, slice.FromToken + slice.Tokens);
    }
}

/// <summary>What became of one slice.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="Choice">Its choice.</param>
/// <param name="Chosen">The next token; null when the slice does not generate, or failed.</param>
/// <param name="Failure">Why it failed, fit to be shown to the caller; null when it did not.</param>
internal readonly record struct SliceResult(StepSlice Slice, ChoiceRun Choice, ChosenToken? Chosen, string? Failure);
