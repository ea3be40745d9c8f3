using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kantor.Core.Requests;
using Kantor.Engine;
using Kantor.Engine.Backends;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Streams;

namespace Kantor.Server.Tests;

/// <summary>An engine that says what the test says, when the test says it.</summary>
internal sealed class HandEngine : IInferenceEngine
{
    private readonly Channel<HandStream> _submitted = Channel.CreateUnbounded<HandStream>();

    public BackendInfo Model { get; init; } = new("hand/model", 260, 1_000, 800, 16, 128, 4);

    public ITokenizer Tokenizer { get; init; } = new ScriptedTokenizer();

    public int Submissions { get; private set; }

    public string? Fault { get; set; }

    /// <summary>Streams that are not over.</summary>
    public int Live;

    /// <summary>The next submitted request, in order.</summary>
    public async Task<HandStream> NextAsync() => await _submitted.Reader.ReadAsync().AsTask().WaitAsync(TestServer.Patience);

    public EngineAbilities Abilities { get; init; } = new(1_024, HasPriorities: true);

    public IReadOnlyList<GenerationStream> SubmitAll(IReadOnlyList<GenerationRequest> requests) => [.. requests.Select(Submit)];

    public GenerationStream Submit(GenerationRequest request)
    {
        if (request.Validate(Model.VocabularySize) is { } fault) throw new ArgumentException(fault);
        Submissions++;
        Interlocked.Increment(ref Live);
        var stream = new HandStream(this, request);
        _submitted.Writer.TryWrite(stream);
        return stream;
    }

    public Task<float[]> EmbedAsync(int[] tokens, CancellationToken cancellation) => Task.FromResult(new float[] { 0.5f, 0.5f, 0.5f, -0.5f });

    public EngineSnapshot Snapshot() => new()
    {
        Policy = "by hand",
        Running = Live,
        Waiting = 0,
        KvTokensUsed = 200,
        KvTokensIdle = 100,
        KvTokensTotal = 800,
        Steps = 7,
        Preemptions = 1,
        ComputedTokens = 70,
        GeneratedTokens = 30,
        PrefixQueriedTokens = 20,
        PrefixHitTokens = 10,
        PrefixRefoundTokens = 5,
        PlansRefused = 0,
        BackendFailures = 0,
        Fault = Fault,
    };

    public StepModelReport StepModel() => new(3, 1_000, 10, 50, 0.1, null, 1_234);
}

/// <summary>One request's answers, written by the test.</summary>
internal sealed class HandStream(HandEngine engine, GenerationRequest request) : GenerationStream
{
    private readonly Channel<GenerationDelta> _deltas = Channel.CreateUnbounded<GenerationDelta>();
    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<int> _finished = [];
    private readonly Lock _lock = new();
    private readonly int[] _tokens = new int[request.Choices];

    public GenerationRequest Request => request;

    /// <summary>Completes when the server cancels the request before its end.</summary>
    public Task Cancelled => _cancelled.Task.WaitAsync(TestServer.Patience);

    public bool IsCancelled => _cancelled.Task.IsCompleted;

    public HandStream Say(string text, int choice = 0, int tokens = 1, IReadOnlyList<TokenLogprob>? logprobs = null)
    {
        _tokens[choice] += tokens;
        _deltas.Writer.TryWrite(new GenerationDelta { Choice = choice, Text = text, Tokens = tokens, Logprobs = logprobs ?? [] });
        return this;
    }

    public HandStream End(RequestOutcome outcome = RequestOutcome.Stopped, int choice = 0, string text = "", string? message = null)
    {
        lock (_lock)
        {
            if (!_finished.Add(choice)) return this;
            var finish = new ChoiceFinish(outcome, request.PromptTokens.Length, 3, _tokens[choice], 10, 20, 30, 0, message);
            _deltas.Writer.TryWrite(new GenerationDelta { Choice = choice, Text = text, Tokens = 0, Finish = finish });
            if (_finished.Count == request.Choices) Close();
        }

        return this;
    }

    /// <summary>Ends the stream although choices are open, as no engine should.</summary>
    public void BreakOff(Exception? cause = null) => _deltas.Writer.TryComplete(cause);

    public override async IAsyncEnumerable<GenerationDelta> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach (var delta in _deltas.Reader.ReadAllAsync(cancellation)) yield return delta;
    }

    public override void Cancel()
    {
        lock (_lock)
        {
            if (_finished.Count == request.Choices) return;
            for (var choice = 0; choice < request.Choices; choice++) End(RequestOutcome.Cancelled, choice);
            // Last, so that whoever waits for it finds nothing left behind.
            _cancelled.TrySetResult();
        }
    }

    private void Close()
    {
        if (_deltas.Writer.TryComplete()) Interlocked.Decrement(ref engine.Live);
    }
}
