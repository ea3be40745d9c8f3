using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Engine.Backends;
using Kantor.Engine.Clocks;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Loop;

/// <summary>
/// All requests that the loop has, from the inbox to their ends. It is the only place where a choice starts or ends, so each ends exactly
/// once.
/// </summary>
/// <remarks>
/// Of a request with several choices the first alone goes to the scheduler; the others are held until it has its prompt in KV, and then
/// start with a prefix hit. Owner: the loop thread.
/// </remarks>
internal sealed class RequestBook(
    ReplicaScheduler scheduler, AdmissionDesk admission, ITokenizer tokenizer, BackendInfo model, EngineOptions options, EngineClock clock)
{
    private readonly RandomStream _seeds = new(options.Seed, "requests");
    private readonly List<RequestRun> _active = [];
    private readonly List<(DeltaStream Stream, GenerationDelta Delta)> _outbox = [];
    private readonly IEngineObserver _observer = options.Observer ?? NullObserver.Instance;
    private ChoiceRun?[] _choiceOfRow = new ChoiceRun?[16];
    private long _nextId;

    /// <summary>Requests with choices that have not ended.</summary>
    public int ActiveCount => _active.Count;

    /// <summary>Choices that wait for their request's first choice.</summary>
    public int HeldCount { get; private set; }

    /// <summary>The choice in a row, which holds one.</summary>
    public ChoiceRun ChoiceOf(int row) => _choiceOfRow[row] ?? throw new InvalidOperationException($"Row {row} holds no choice.");

    /// <summary>Takes requests that belong together from the inbox: all of them, or none, in which case all end at once.</summary>
    public void Accept(RequestRun[] body)
    {
        _active.AddRange(body);
        if (RefusalOf(body, out var message) is { } refusal) EndBody(body, refusal, message);
        else Admit(body);
    }

    /// <summary>Asks again about the requests that admission holds.</summary>
    public void AskAgain()
    {
        foreach (var held in admission.TakeHeld()) Admit(held.Body, held.SinceUs);
    }

    private void Admit(RequestRun[] body, long? heldSinceUs = null)
    {
        // A held request may have been given up meanwhile.
        if (body.All(run => run.ChoicesUnfinished == 0)) return;
        switch (admission.Judge(body, heldSinceUs, HeldCount, FactsOf))
        {
            case { Reason: { } reason }:
                EndBody(body, Refusals.OutcomeOf(reason), $"Admission '{options.Admission.Name}' refused the request.");
                break;
            case { Kind: VerdictKind.Hold }: break;
            default:
                foreach (var run in body.Where(run => run.ChoicesUnfinished > 0)) Take(run);
                break;
        }
    }

    private void EndBody(RequestRun[] body, RequestOutcome outcome, string? message)
    {
        foreach (var run in body) EndAll(run, outcome, message);
    }

    private void Take(RequestRun run)
    {
        if (run.Stream.IsCancelRequested)
        {
            EndAll(run, RequestOutcome.Cancelled);
            return;
        }

        run.Seed = run.Request.Sampling.Seed is { } seed ? (ulong)seed : _seeds.NextBits();
        HeldCount += run.Request.Choices;
        StartNext(run);
    }

    private RequestOutcome? RefusalOf(RequestRun[] body, out string? message)
    {
        var choices = body.Sum(run => (long)run.Request.Choices);
        message = body.Select(run => FaultOfSize(run.Request)).FirstOrDefault(fault => fault is not null);
        if (message is not null) return RequestOutcome.RefusedNeverFits;
        if (choices > options.WaitingMax)
        {
            message = $"{choices} answers are asked for at once; the queue never holds more than {options.WaitingMax}.";
            return RequestOutcome.RefusedNeverFits;
        }

        if (scheduler.WaitingCount + HeldCount + admission.HeldChoices + choices <= options.WaitingMax) return null;
        message = $"The queue holds {options.WaitingMax} requests and is full.";
        return RequestOutcome.RefusedQueueFull;
    }

    /// <summary>Ends every request whose caller gave up.</summary>
    public void EndCancelled()
    {
        for (var index = _active.Count - 1; index >= 0; index--)
        {
            if (_active[index].Stream.IsCancelRequested) EndAll(_active[index], RequestOutcome.Cancelled);
        }
    }

    /// <summary>Ends the rows that the policy refused.</summary>
    public void EndRefused(ReadOnlySpan<Refusal> refusals)
    {
        foreach (var refusal in refusals) End(ChoiceOf(refusal.Row), refusal.Reason, "The scheduling policy refused the request.");
    }

    /// <summary>Ends everything.</summary>
    public void EndEverything(RequestOutcome outcome, string message)
    {
        while (_active.Count > 0) EndAll(_active[^1], outcome, message);
    }

    /// <summary>Makes the requests forget the scheduler, whose books can no longer be trusted; their choices can still be ended.</summary>
    public void Detach()
    {
        foreach (var run in _active)
        {
            foreach (var choice in run.Choices) choice.Row = null;
        }
    }

    /// <summary>Gives a choice its next token, and ends it when it is complete.</summary>
    public void Advance(ChoiceRun choice, in ChosenToken chosen)
    {
        if (choice.Row is not { } row) return;
        scheduler.Generate(row, chosen.Token);
        if (TryTake(choice, chosen, out var outcome) is not { } delta)
        {
            End(choice, RequestOutcome.BackendFailed, "The generated token could not be turned into text.");
        }
        else if (outcome is { } complete) End(choice, complete, last: delta);
        else _outbox.Add((choice.Request.Stream, delta));
        if (choice.GeneratedTokens == 1) StartRest(choice.Request);
    }

    /// <summary>
    /// Gives the readers what has come up since the last time, and ends the requests whose readers are lost. Never waits.
    /// </summary>
    public void Publish()
    {
        foreach (var (stream, delta) in _outbox) stream.Publish(delta);
        _outbox.Clear();
        for (var index = _active.Count - 1; index >= 0; index--)
        {
            var run = _active[index];
            if (run.Stream.IsStalled()) EndAll(run, RequestOutcome.ReaderStalled, "The reader took nothing for too long.");
        }

        foreach (var (stream, delta) in _outbox) stream.Publish(delta);
        _outbox.Clear();
    }

    /// <summary>Ends one choice.</summary>
    public void End(ChoiceRun choice, RequestOutcome outcome, string? message = null, GenerationDelta? last = null)
    {
        if (choice.HasEnded) return;
        var preemptions = 0;
        if (choice.Row is { } row)
        {
            preemptions = scheduler.Preemptions(row);
            scheduler.TimeIs(clock.NowUs);
            scheduler.End(row, outcome);
            _choiceOfRow[row] = null;
        }

        var run = choice.Request;
        var delta = choice.End(outcome, last, preemptions, clock.NowUs, message);
        if (--run.ChoicesUnfinished == 0) _active.Remove(run);
        _outbox.Add((run.Stream, delta));
        _observer.RequestEnded(run.Request, choice.Number, delta.Finish!);
        if (run.ChoicesUnfinished > 0 && choice.GeneratedTokens == 0 && choice.Number == run.ChoicesStarted - 1) StartNext(run);
    }

    /// <summary>Proves that every row has a choice and every request an unfinished one.</summary>
    /// <exception cref="InvalidOperationException">A law is broken; the message names it.</exception>
    public void Verify()
    {
        var rows = _choiceOfRow.Count(choice => choice is not null);
        if (rows != scheduler.WaitingCount + scheduler.RunningCount)
        {
            throw new InvalidOperationException(
                $"{rows} choices have rows; the scheduler has {scheduler.WaitingCount + scheduler.RunningCount} requests.");
        }

        var held = _active.Sum(run => run.Choices.Length - run.ChoicesStarted);
        if (held != HeldCount) throw new InvalidOperationException($"{held} choices are held, booked {HeldCount}.");
        if (_active.Any(run => run.ChoicesUnfinished == 0))
        {
            throw new InvalidOperationException("A request stays although all its choices have ended.");
        }
    }

    private GenerationDelta? TryTake(ChoiceRun choice, in ChosenToken chosen, out RequestOutcome? outcome)
    {
        try
        {
            outcome = choice.Take(chosen, tokenizer, clock.NowUs, _observer, out var delta);
            return delta;
        }
#pragma warning disable CA1031 // Whatever a tokenizer throws concerns this choice only.
        catch (Exception)
#pragma warning restore CA1031
        {
            outcome = null;
            return null;
        }
    }

    private string? FaultOfSize(GenerationRequest request)
    {
        var (prompt, output) = (request.PromptTokens.Length, request.OutputTokensMax);
        var most = Math.Min(model.ContextTokensMax, model.KvTokensTotal);
        if (scheduler.CanEverFit(prompt, output) && (long)prompt + output - 1 <= model.ContextTokensMax) return null;
        return $"The prompt has {prompt} tokens and up to {output} more are asked for; together at most {most + 1L} fit.";
    }

    private void EndAll(RequestRun run, RequestOutcome outcome, string? message = null)
    {
        // Those that never started are marked as started first, so that ending one does not start the next.
        HeldCount -= run.Seed is null ? 0 : run.Choices.Length - run.ChoicesStarted;
        run.ChoicesStarted = run.Choices.Length;
        foreach (var choice in run.Choices) End(choice, outcome, message);
    }

    private void StartRest(RequestRun run)
    {
        while (run.ChoicesStarted < run.Choices.Length) StartNext(run);
    }

    private void StartNext(RequestRun run)
    {
        if (run.ChoicesStarted == run.Choices.Length) return;
        var choice = run.Choices[run.ChoicesStarted++];
        HeldCount--;
        scheduler.TimeIs(clock.NowUs);
        if (!scheduler.TryEnqueue(SpecOf(run), out var row, out var refusal))
        {
            End(choice, refusal);
            return;
        }

        if (row >= _choiceOfRow.Length) Array.Resize(ref _choiceOfRow, Math.Max(row + 1, _choiceOfRow.Length * 2));
        _choiceOfRow[row] = choice;
        choice.Start(row, run.Seed!.Value, tokenizer);
    }

    private RequestSpec SpecOf(RequestRun run) => new(FactsOf(run, _nextId++), TokenContent.FromTokens(run.Request.PromptTokens));

    private RequestFacts FactsOf(RequestRun run, int place) => FactsOf(run, _nextId + place);

    private static RequestFacts FactsOf(RequestRun run, long id)
    {
        var request = run.Request;
        return new RequestFacts
        {
            Id = new RequestId(id),
            PromptTokens = request.PromptTokens.Length,
            OutputTokensMax = request.OutputTokensMax,
            ArrivalUs = run.ArrivalUs,
            Class = request.Class,
            Tenant = request.Tenant,
            Priority = request.Priority,
            CacheDomain = request.CacheDomain,
        };
    }
}
