using Kantor.Engine;

namespace Kantor.Server.Endpoints;

/// <summary>
/// What answers requests: an engine in this process, or a server elsewhere. The HTTP server knows endpoints and nothing behind them. All
/// members may be called from any thread, and none of them waits except where it returns a task.
/// </summary>
public interface IEndpoint
{
    /// <summary>What it serves and how much of it; fixed while it lives.</summary>
    EndpointInfo Info { get; }

    /// <summary>
    /// The model where it can be asked in this process, for tokens and embeddings; null for an endpoint elsewhere, which gets the client's
    /// bytes and answers with bytes.
    /// </summary>
    ITextModel? Model { get; }

    /// <summary>Load as last heard of.</summary>
    EndpointSnapshot Snapshot();

    /// <summary>What is known of its step times; null while nothing is.</summary>
    StepModelReport? StepModel();

    /// <summary>Its own figures in Prometheus' text format; empty when it shows them elsewhere.</summary>
    string MetricsText();

    /// <summary>
    /// Hands a call over. An endpoint with a <see cref="Model"/> answers with a <see cref="GrowingAnswer"/>, one without with a
    /// <see cref="RelayedAnswer"/>; whichever it is, disposing it before its end gives the request up.
    /// </summary>
    /// <exception cref="ArgumentException">The call is malformed; nothing was begun.</exception>
    Task<EndpointAnswer> SendAsync(EndpointCall call, CancellationToken cancellation);
}

/// <summary>What an endpoint serves. What is null is not known, which is the case of much that lies elsewhere.</summary>
/// <param name="ModelName">Name of the model, as clients ask for it.</param>
public sealed record EndpointInfo(string ModelName)
{
    /// <summary>Most tokens of prompt and answer together.</summary>
    public int? SequenceTokensMax { get; init; }

    /// <summary>Answers that can ever wait at the same time: more in one body can never be served.</summary>
    public int? AnswersMax { get; init; }

    /// <summary>Name of the policy that it schedules with.</summary>
    public string? Policy { get; init; }

    /// <summary>Whether its policy looks at priorities.</summary>
    public bool HasPriorities { get; init; }
}

/// <summary>Load of an endpoint.</summary>
/// <param name="Running">Requests that hold KV.</param>
/// <param name="Waiting">Requests that wait.</param>
/// <param name="KvTokensUsed">KV tokens referenced by live requests.</param>
/// <param name="KvTokensTotal">KV tokens of the pool.</param>
/// <param name="AgeUs">Microseconds since it was sampled; 0 is now.</param>
/// <param name="Fault">Why it refuses every request; null while it is healthy.</param>
public sealed record EndpointSnapshot(int Running, int Waiting, int KvTokensUsed, int KvTokensTotal, long AgeUs, string? Fault);
