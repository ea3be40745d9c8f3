using Kantor.Core;
using Kantor.Core.Requests;
using Kantor.Engine.Backends.Scripted;
using Kantor.Engine.Clocks;
using Kantor.Engine.Loop;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests;

/// <summary>An engine without a thread on a scripted back end: a test turns the loop by hand, so every run is the same.</summary>
internal sealed class EngineBench
{
    public EngineBench(ScriptedBackendOptions? backend = null, string policy = "fcfs", Func<EngineOptions, EngineOptions>? options = null)
    {
        Backend = new ScriptedBackend(backend);
        var plain = new EngineOptions { Planner = PolicyCatalogue.Planner(policy), Time = Backend.Clock, Observer = Ended };
        Options = options?.Invoke(plain) ?? plain;
        Loop = new EngineLoop(Backend, Options);
    }

    public ScriptedBackend Backend { get; }

    public EngineOptions Options { get; }

    public EngineLoop Loop { get; }

    public EndedLog Ended { get; } = new();

    public static GenerationRequest Request(string prompt, int outputTokensMax = 40) => new()
    {
        PromptTokens = new ScriptedTokenizer().Encode(prompt, addBos: true, parseSpecial: false),
        OutputTokensMax = outputTokensMax,
        Sampling = new SamplingSpec { Temperature = 0 },
    };

    public Answer Submit(GenerationRequest request)
    {
        Assert.Null(request.Validate(Backend.Info.VocabularySize));
        var clock = new EngineClock(Options.Time);
        var bounds = new StreamBounds(Options.StreamDeltasMax, Options.StreamEntriesMax, (long)Options.StallTimeout.TotalMicroseconds);
        var stream = new DeltaStream(request.Choices, bounds, clock, Loop.Inbox.NoteCancellation);
        Assert.True(Loop.Inbox.TryPost([new RequestRun(request, stream, clock.NowUs)]));
        return new Answer(stream, request.Choices);
    }

    /// <summary>One turn of the loop; where the policy holds, time passes until the end of that.</summary>
    public bool Turn()
    {
        if (Loop.Step()) return true;
        if (Loop.RestsForUs is { } us) Backend.Clock.Advance(us);
        return false;
    }

    /// <summary>Turns the loop until nothing is left; reads every answer after each turn unless told not to.</summary>
    public void Run(params Answer[] readers)
    {
        for (var steps = 0; Turn() || !Loop.IsIdle; steps++)
        {
            Assert.True(steps < 100_000, "The engine makes no progress.");
            foreach (var reader in readers) reader.Read();
        }

        foreach (var reader in readers) reader.Read();
        VerifyAtRest();
    }

    public void StepUntil(Func<bool> condition)
    {
        for (var steps = 0; !condition(); steps++)
        {
            Assert.True(steps < 10_000, "The awaited moment does not come.");
            Loop.Step();
        }
    }

    /// <summary>At rest the books close, and memory holds exactly what the books say is cached.</summary>
    public void VerifyAtRest()
    {
        Loop.Step();
        Loop.VerifyAtRest();
        Assert.Null(Loop.Fault);
        Assert.False(Loop.HasUnverifiedWork);
        Assert.True(Loop.Scheduler.IsIdle);
        Loop.Scheduler.Verify();
        Assert.Equal(0, Loop.Scheduler.Kv.BlocksUsed);
        Assert.Equal(Loop.Scheduler.Kv.BlocksIdle, Backend.CellsUsed);
    }

    /// <summary>What the request gives on an engine of its own, undisturbed.</summary>
    public static Answer Alone(GenerationRequest request, ScriptedBackendOptions? backend = null)
    {
        var most = 2 * Math.Max(256, request.PromptTokens.Length + (request.Choices * request.OutputTokensMax));
        var quiet = (backend ?? new ScriptedBackendOptions()) with { KvTokensTotal = most, Faults = [], OnExecute = null, Clock = new VirtualClock() };
        var bench = new EngineBench(quiet);
        var answer = bench.Submit(request);
        bench.Run(answer);
        return answer;
    }
}

/// <summary>Everything that the observer was told about ends.</summary>
internal sealed class EndedLog : IEngineObserver
{
    public List<(GenerationRequest Request, int Choice, ChoiceFinish Finish)> Ends { get; } = [];

    public int FirstTokens { get; private set; }

    public int NextTokens { get; private set; }

    public List<string> BackendFaults { get; } = [];

    public List<string> PlanFaults { get; } = [];

    public List<StepReport> Steps { get; } = [];

    public void RequestEnded(GenerationRequest request, int choice, ChoiceFinish finish) => Ends.Add((request, choice, finish));

    public void FirstToken(long ttftUs) => FirstTokens++;

    public void NextToken(long gapUs) => NextTokens++;

    public void BackendFailed(string fault) => BackendFaults.Add(fault);

    public void PlanRefused(string fault) => PlanFaults.Add(fault);

    public void StepExecuted(in StepReport step) => Steps.Add(step);
}
