using Kantor.Core.Requests;
using Kantor.Engine.Backends;
using Kantor.Engine.Clocks;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Loop;

/// <summary>
/// The engine with its thread. The native call of a step blocks, so the loop has a thread of its own; it owns the back end from start to
/// disposal.
/// </summary>
public sealed class InferenceEngine : IInferenceEngine, IAsyncDisposable
{
    // Nothing could be computed although somebody waits, and the policy does not say for how long: it is asked again after this time.
    private const int AskAgainMs = 1;

    // Proving the books takes a pass over the pool; after this time without work nobody's next request is held up by it.
    private const int RestMs = 20;

    private readonly IModelBackend _backend;
    private readonly EngineOptions _options;
    private readonly EngineLoop _loop;
    private readonly EngineClock _clock;
    private readonly IEngineObserver _observer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _embedTokensMax;

    /// <summary>Starts the loop on a back end that nobody else uses; the engine disposes it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range for this back end.</exception>
    public InferenceEngine(IModelBackend backend, EngineOptions options)
    {
        _backend = backend;
        _options = options;
        _loop = new EngineLoop(backend, options);
        _clock = new EngineClock(options.Time);
        _observer = options.Observer ?? NullObserver.Instance;
        _embedTokensMax = Math.Min(backend.Info.ContextTokensMax, backend.Info.BatchTokensMax);
        Model = backend.Info;
        new Thread(Run) { IsBackground = true, Name = "engine loop" }.Start();
    }

    /// <inheritdoc/>
    public BackendInfo Model { get; }

    /// <inheritdoc/>
    public ITokenizer Tokenizer => _backend.Tokenizer;

    /// <inheritdoc/>
    public EngineAbilities Abilities => new(_options.WaitingMax, _options.Planner.HasPriorities);

    /// <inheritdoc/>
    public GenerationStream Submit(GenerationRequest request) => SubmitAll([request])[0];

    /// <inheritdoc/>
    public IReadOnlyList<GenerationStream> SubmitAll(IReadOnlyList<GenerationRequest> requests)
    {
        if (requests.Count == 0) throw new ArgumentException("At least one request is needed.", nameof(requests));
        foreach (var request in requests)
        {
            if (request.Validate(Model.VocabularySize) is { } fault) throw new ArgumentException(fault, nameof(requests));
        }

        var nowUs = _clock.NowUs;
        RequestRun[] runs = [.. requests.Select(request => RunOf(request, nowUs))];
        if (!_loop.Inbox.TryPost(runs)) Array.ForEach(runs, Refuse);
        return [.. runs.Select(run => run.Stream)];
    }

    /// <inheritdoc/>
    public Task<float[]> EmbedAsync(int[] tokens, CancellationToken cancellation)
    {
        if (tokens.Length == 0 || tokens.Length > _embedTokensMax)
        {
            throw new ArgumentException($"{tokens.Length} tokens cannot be embedded; it must be 1 to {_embedTokensMax}.", nameof(tokens));
        }

        if (
            Array.Find(tokens, token => (uint)token >= (uint)Model.VocabularySize) is var alien
                && (uint)alien >= (uint)Model.VocabularySize)
        {
            throw new ArgumentException($"Token {alien} is outside the vocabulary of {Model.VocabularySize}.", nameof(tokens));
        }

        var result = new TaskCompletionSource<float[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_loop.Inbox.TryPost(new EmbedCommand([.. tokens], result, cancellation)))
        {
            result.SetException(new InvalidOperationException(WhyRefused()));
        }

        return result.Task.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public EngineSnapshot Snapshot() => _loop.Snapshot;

    /// <inheritdoc/>
    public StepModelReport StepModel() => _loop.StepModel;

    /// <summary>
    /// Takes no further requests, lets those at work go on for <paramref name="grace"/> at most, ends the rest with
    /// <see cref="RequestOutcome.ShutDown"/> and disposes the back end. Of several calls the earliest deadline counts.
    /// </summary>
    public Task ShutDownAsync(TimeSpan grace)
    {
        _loop.ShutDown(grace);
        return _ended.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await ShutDownAsync(_options.ShutdownGrace).ConfigureAwait(false);

    private RequestRun RunOf(GenerationRequest request, long nowUs)
    {
        var bounds = new StreamBounds(_options.StreamDeltasMax, _options.StreamEntriesMax, (long)_options.StallTimeout.TotalMicroseconds);
        var stream = new DeltaStream(request.Choices, bounds, _clock, _loop.Inbox.NoteCancellation);
        return new RequestRun(request with { PromptTokens = [.. request.PromptTokens] }, stream, nowUs);
    }

    private void Run()
    {
        try
        {
            // Reset before looking: whatever is posted or closed after the look sets the signal again.
            for (_loop.Inbox.Reset(); !IsOver(); _loop.Inbox.Reset())
            {
                if (_loop.Step() || IsOver()) continue;
                if (!_loop.IsIdle) _loop.Inbox.Wait(WaitMs());
                else if (!_loop.HasUnverifiedWork) _loop.Inbox.Wait(null);
                else if (!_loop.Inbox.Wait(RestMs)) _loop.VerifyAtRest();
            }

            _loop.VerifyAtRest();
            _loop.Dispose();
            _backend.Dispose();
            _ended.SetResult();
        }
#pragma warning disable CA1031 // An exception on a thread of its own would end the process; here it reaches whoever awaits the end.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _ended.SetException(exception);
        }
    }

    /// <summary>A wait of whole milliseconds, not shorter than what the loop rests for.</summary>
    private int WaitMs() => _loop.RestsForUs is { } us ? (int)Math.Min(int.MaxValue, (us + 999) / 1000) : AskAgainMs;

    /// <summary>Closed, empty, and nothing posted that was not taken.</summary>
    private bool IsOver() => _loop.Inbox.IsClosed && _loop.IsIdle && _loop.Inbox.IsEmpty;

    private void Refuse(RequestRun run)
    {
        var outcome = _loop.Inbox.IsClosed ? RequestOutcome.ShutDown : RequestOutcome.RefusedQueueFull;
        foreach (var choice in run.Choices)
        {
            var delta = choice.End(outcome, null, 0, _clock.NowUs, WhyRefused());
            _observer.RequestEnded(run.Request, choice.Number, delta.Finish!);
            run.Stream.Publish(delta);
        }
    }

    private string WhyRefused() => _loop.Inbox.IsClosed ? "The engine is shut down." : "The engine's inbox is full.";
}
