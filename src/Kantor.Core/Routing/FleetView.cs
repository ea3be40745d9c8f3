using Kantor.Core.Decisions;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Routing;

/// <summary>
/// The endpoints that take requests, as last heard of, and what of one request each of them has. Columns are as long as
/// <see cref="Endpoints"/>, or empty when the policy does not read them (<see cref="Signals"/>).
/// </summary>
public readonly ref struct FleetView
{
    /// <summary>A view whose columns are to be set.</summary>
    public FleetView() => ServiceClasses = ServiceClassTable.Plain;

    /// <summary>
    /// One entry per endpoint, in the order of <see cref="EndpointView.Replica"/>. A place in it means the same endpoint only until one
    /// joins or leaves. Without <see cref="Signals.Load"/> an entry has its number and nothing else.
    /// </summary>
    public required ReadOnlySpan<EndpointView> Endpoints { get; init; }

    /// <summary>What each endpoint does with the request.</summary>
    public ReadOnlySpan<EndpointRole> Roles { get; init; }

    /// <summary>Leading tokens of the request that are cached in the endpoint's pool, as of now.</summary>
    public ReadOnlySpan<int> HitTokens { get; init; }

    /// <summary>
    /// Leading tokens of the request that lie in a tier behind the endpoint's pool, those in the pool included, as of now.
    /// </summary>
    public ReadOnlySpan<int> TierHitTokens { get; init; }

    /// <summary>
    /// Tokens that requests at the endpoint still miss, as of when <see cref="EndpointView.Waiting"/> was sampled: prompts that wait or are
    /// computed in part, and one of each decode.
    /// </summary>
    public ReadOnlySpan<long> QueuedTokens { get; init; }

    /// <summary>
    /// Prompt tokens that this router has sent to the endpoint since <see cref="EndpointView.Waiting"/> was sampled; 0 where signals are of
    /// this very moment.
    /// </summary>
    public ReadOnlySpan<long> BookedTokens { get; init; }

    /// <summary>Whether the request's adapter is in a slot of the endpoint; true for the base model.</summary>
    public ReadOnlySpan<bool> HasAdapter { get; init; }

    /// <summary>Duration of the endpoint's steps by their content.</summary>
    public ReadOnlySpan<IStepTimeModel> StepTimes { get; init; }

    /// <summary>What the request is made of, its prompt first; null when that is not read, or the host does not know it.</summary>
    public TokenContent? Content { get; init; }

    /// <summary>Requests that are nowhere yet: held, or without an endpoint that takes them.</summary>
    public int WaitingOutside { get; init; }

    /// <summary>Service classes: what requests are worth and want.</summary>
    public ServiceClassTable ServiceClasses { get; init; }

    /// <summary>The host's clock in microseconds.</summary>
    public required long NowUs { get; init; }

    /// <summary>Takes down the terms of decisions; null when nobody listens.</summary>
    public IDecisionLog? Log { get; init; }
}
