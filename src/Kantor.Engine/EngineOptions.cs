using Kantor.Core.Admission;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Retention;
using Kantor.Core.StepTime;
using Kantor.Engine.Backends;

namespace Kantor.Engine;

/// <summary>Policy and limits of an <see cref="IInferenceEngine"/>.</summary>
public sealed record EngineOptions
{
    /// <summary>The batch policy.</summary>
    public required IBatchPlanner Planner { get; init; }

    /// <summary>
    /// Who is let in, asked about each request that finds room in the queue (<see cref="WaitingMax"/>), and again about those that it
    /// holds.
    /// </summary>
    public IAdmission Admission { get; init; } = new AcceptAllAdmission();

    /// <summary>Most tokens that a step computes, at least 1 and at most the back end's limit; null for the back end's limit.</summary>
    public int? StepTokensMax { get; init; }

    /// <summary>
    /// Most choices that run at the same time, at least 1 and at most the back end's number of sequences; null for the lower of 128 and
    /// that number.
    /// </summary>
    public int? RunningMax { get; init; }

    /// <summary>Most choices that wait; a request that would exceed it is refused as a whole. At least 1.</summary>
    public int WaitingMax { get; init; } = 1_024;

    /// <summary>Most commands between the callers and the loop; a request that finds the inbox full is refused. At least 1.</summary>
    public int InboxMax { get; init; } = 1_024;

    /// <summary>Whether computed prompts and answers stay cached for later requests of the same cache domain.</summary>
    public bool PrefixCaching { get; init; } = true;

    /// <summary>In which order what is cached gives its room up.</summary>
    public IRetention Retention { get; init; } = new LruRetention();

    /// <summary>
    /// Most tokens that stay cached while no request uses them, at least 0; null for as many as the pool has room for. A back end may get
    /// slower with everything that lies in its pool.
    /// </summary>
    public int? CachedTokensMax { get; init; }

    /// <summary>
    /// Most threads that choose tokens after a step, the loop's among them, 1 to 64. More than one pay where the back end leaves processors
    /// idle, as on a GPU; the texts are the same.
    /// </summary>
    public int SamplingThreads { get; init; } = 1;

    /// <summary>Where cached prefixes go that the pool gives up; null to compute them again.</summary>
    public HostCacheOptions? HostCache { get; init; }

    /// <summary>Deltas that a stream keeps apart for a reader that is behind; further ones are merged per choice. At least 1.</summary>
    public int StreamDeltasMax { get; init; } = 64;

    /// <summary>
    /// Tokens, each log-probability alternative counted as one more, that a stream holds for a reader that is behind; beyond them the
    /// request ends as stalled. At least 1.
    /// </summary>
    public int StreamEntriesMax { get; init; } = 65_536;

    /// <summary>How long a reader may take nothing, although something is there, before its request ends as stalled. Above 0.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long requests may go on after the engine was told to stop. At least 0.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Belief about output lengths; its state learns from every request that ends by itself.</summary>
    public ILengthPredictor Predictor { get; init; } = new ClassQuantilePredictor();

    /// <summary>What policies are told of step times; null to learn it from the steps that are executed.</summary>
    public IStepTimeModel? StepTime { get; init; }

    /// <summary>
    /// What the operator wants: policies see it as the value and the wishes of service classes. Every whole answer the same by default.
    /// </summary>
    public Objective Objective { get; init; } = Objective.Goodput(new SloSpec());

    /// <summary>Most microseconds for which the policy may hold without a break, and admission one request, at least 1.</summary>
    public long HoldUsMax { get; init; } = ReplicaOptions.HoldUsMaxUsual;

    /// <summary>
    /// Makes what hears every event that the policies hear, after them, on the loop's thread; null for nobody. A recorder is one. Asked
    /// once, when it is known what the scheduler is made of.
    /// </summary>
    public Func<ReplicaOptions, PolicyState>? NewListener { get; init; }

    /// <summary>Takes down why the policy decided as it did, on the loop's thread; null when nobody wants to know.</summary>
    public IDecisionLog? Log { get; init; }

    /// <summary>Where the seeds of requests without one come from; equal seeds and equal order of requests give equal texts.</summary>
    public ulong Seed { get; init; }

    /// <summary>The only clock that the engine reads.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of everything that is worth counting; null for nobody.</summary>
    public IEngineObserver? Observer { get; init; }

    /// <summary>
    /// The policy's rules of sharing KV as far as this engine's memory can follow them: a row of a batch belongs to one sequence, so what
    /// is computed in a step is hit from the next one on, and waited for; and copies are not kept, because attention walks every cell in
    /// use.
    /// </summary>
    public static KvRules KvRulesOf(IBatchPlanner planner) =>
        planner.KvRules with { HitsWithinStep = false, KeepsCopies = false, WaitsForPrefixTokens = 32 };

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range for this back end.</exception>
    public void Validate(BackendInfo backend)
    {
        ThrowIfOutside(StepTokensMax, backend.BatchTokensMax, nameof(StepTokensMax));
        ThrowIfOutside(RunningMax, backend.SequencesMax, nameof(RunningMax));
        ArgumentOutOfRangeException.ThrowIfLessThan(WaitingMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(InboxMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(HoldUsMax, 1);
        if (CachedTokensMax is { } cached) ArgumentOutOfRangeException.ThrowIfNegative(cached, nameof(CachedTokensMax));
        ArgumentOutOfRangeException.ThrowIfLessThan(SamplingThreads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SamplingThreads, 64);
        HostCache?.Validate(backend);
        ArgumentOutOfRangeException.ThrowIfLessThan(StreamDeltasMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StreamEntriesMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StallTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ShutdownGrace, TimeSpan.Zero);
    }

    private static void ThrowIfOutside(int? value, int most, string name)
    {
        if (value is not { } given) return;
        ArgumentOutOfRangeException.ThrowIfLessThan(given, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(given, most, name);
    }
}
