using Kantor.Engine.Backends;
using Kantor.Engine.Streams;

namespace Kantor.Engine;

/// <summary>
/// The engine as its callers see it: requests in, streams of text out. All members may be called from any thread; none of them waits for
/// the loop except where it returns a task.
/// </summary>
public interface IInferenceEngine : ITextModel
{
    /// <summary>What can be asked of the engine beyond what the model allows.</summary>
    EngineAbilities Abilities { get; }

    /// <summary>
    /// Hands a request to the loop and returns its stream at once. Every choice ends with exactly one <see cref="GenerationDelta"/> that
    /// carries a <see cref="GenerationDelta.Finish"/>, refusals included.
    /// </summary>
    /// <exception cref="ArgumentException">The request is malformed (see <see cref="GenerationRequest.Validate"/>); nothing was
    /// queued.</exception>
    GenerationStream Submit(GenerationRequest request);

    /// <summary>
    /// Hands several requests to the loop that belong together and returns their streams at once, in order: either all of them are queued,
    /// or all end as refused and nothing is computed for any.
    /// </summary>
    /// <exception cref="ArgumentException">There is none, or one is malformed; nothing was queued.</exception>
    IReadOnlyList<GenerationStream> SubmitAll(IReadOnlyList<GenerationRequest> requests);

    /// <summary>Load and totals at the end of the last step; for metrics and routing.</summary>
    EngineSnapshot Snapshot();

    /// <summary>The step-time model as fitted so far from the engine's own steps.</summary>
    StepModelReport StepModel();
}

/// <summary>What can be asked of an engine; fixed while it lives.</summary>
/// <param name="ChoicesMax">Choices that can ever wait at the same time: more in one body can never be served.</param>
/// <param name="HasPriorities">Whether its policy looks at priorities.</param>
public sealed record EngineAbilities(int ChoicesMax, bool HasPriorities);

/// <summary>Load and totals of an engine. Counters never decrease while the engine lives.</summary>
public sealed record EngineSnapshot
{
    /// <summary>Name of the batch policy.</summary>
    public required string Policy { get; init; }

    /// <summary>Requests that hold KV.</summary>
    public required int Running { get; init; }

    /// <summary>Requests that wait.</summary>
    public required int Waiting { get; init; }

    /// <summary>KV tokens referenced by live requests.</summary>
    public required int KvTokensUsed { get; init; }

    /// <summary>KV tokens with cached content that no live request references.</summary>
    public required int KvTokensIdle { get; init; }

    /// <summary>KV tokens of the pool.</summary>
    public required int KvTokensTotal { get; init; }

    /// <summary>Steps executed.</summary>
    public required long Steps { get; init; }

    /// <summary>Preemptions.</summary>
    public required long Preemptions { get; init; }

    /// <summary>Tokens computed, recomputed ones included.</summary>
    public required long ComputedTokens { get; init; }

    /// <summary>Tokens generated.</summary>
    public required long GeneratedTokens { get; init; }

    /// <summary>Prompt tokens looked up in the prefix cache.</summary>
    public required long PrefixQueriedTokens { get; init; }

    /// <summary>Prompt tokens found there, cached by others or before.</summary>
    public required long PrefixHitTokens { get; init; }

    /// <summary>Tokens that preempted requests found again when they came back.</summary>
    public required long PrefixRefoundTokens { get; init; }

    /// <summary>Tokens copied back from host memory instead of computed.</summary>
    public long LoadedTokens { get; init; }

    /// <summary>Host memory that copies of KV take, in bytes.</summary>
    public long HostCacheBytes { get; init; }

    /// <summary>Plans refused by the validator.</summary>
    public required long PlansRefused { get; init; }

    /// <summary>Back-end steps that failed.</summary>
    public required long BackendFailures { get; init; }

    /// <summary>Why the engine no longer works and refuses every request; null while it is healthy.</summary>
    public string? Fault { get; init; }
}

/// <summary>
/// What the engine has learnt of its own step times: c + a·prefill tokens + b·decode sequences + d·resident KV tokens + e·rows·KV tokens.
/// </summary>
/// <param name="Samples">Steps that the fit rests on.</param>
/// <param name="FixedUs">c, microseconds.</param>
/// <param name="PrefillTokenUs">a, microseconds per prefill token.</param>
/// <param name="DecodeSequenceUs">b, microseconds per decoding sequence.</param>
/// <param name="ResidentKvTokenUs">d, microseconds per KV token read.</param>
/// <param name="MeanAbsoluteErrorUs">Mean absolute error over the samples; null before the first fit.</param>
/// <param name="MeanStepUs">Mean duration of the samples; null without samples.</param>
/// <param name="RowKvTokenUs">e, microseconds per row and KV token of the step.</param>
public sealed record StepModelReport(
    long Samples,
    double FixedUs,
    double PrefillTokenUs,
    double DecodeSequenceUs,
    double ResidentKvTokenUs,
    double? MeanAbsoluteErrorUs,
    double? MeanStepUs,
    double RowKvTokenUs = 0);
