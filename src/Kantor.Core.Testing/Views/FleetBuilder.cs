using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Testing.Views;

/// <summary>A moment of a fleet, made by hand, as a router or an admission policy sees it. Endpoints are numbered in order.</summary>
public sealed class FleetBuilder
{
    private readonly List<Place> _places = [];

    /// <summary>The host's clock in microseconds.</summary>
    public long NowUs { get; init; }

    /// <summary>KV blocks of each endpoint.</summary>
    public int KvBlocksTotal { get; init; } = 100;

    /// <summary>Tokens of a KV block.</summary>
    public int KvBlockTokens { get; init; } = 1;

    /// <summary>What the request is made of; null when that is not known.</summary>
    public TokenContent? Content { get; init; }

    /// <summary>Duration of every endpoint's steps.</summary>
    public IStepTimeModel StepTime { get; init; } = ReplicaRun.StepTime;

    /// <summary>The service classes, by number.</summary>
    public ServiceClassTable ServiceClasses { get; init; } = ServiceClassTable.Plain;

    /// <summary>An endpoint. Returns its index.</summary>
    /// <param name="waiting">Requests that wait.</param>
    /// <param name="running">Requests that run.</param>
    /// <param name="kvBlocksUsed">KV blocks in use.</param>
    /// <param name="hitTokens">Leading tokens of the request that are cached in its pool.</param>
    /// <param name="tierHitTokens">Leading tokens of the request in a tier behind the pool, those in the pool included.</param>
    /// <param name="queuedTokens">Tokens that its requests still miss.</param>
    /// <param name="bookedTokens">Prompt tokens sent to it since the sample.</param>
    /// <param name="hasAdapter">Whether the request's adapter is in a slot.</param>
    /// <param name="ageUs">Age of its signals.</param>
    /// <param name="replica">Its number, above those before it; its index when not given.</param>
    /// <param name="role">What it does with a request.</param>
    /// <param name="stepTime">Duration of its steps; <see cref="StepTime"/> when not given.</param>
    public int Add(
        int waiting = 0,
        int running = 0,
        int kvBlocksUsed = 0,
        int hitTokens = 0,
        int? tierHitTokens = null,
        long queuedTokens = 0,
        long bookedTokens = 0,
        bool hasAdapter = true,
        long ageUs = 0,
        int? replica = null,
        EndpointRole role = EndpointRole.Whole,
        IStepTimeModel? stepTime = null)
    {
        var endpoint = new EndpointView(waiting, running, kvBlocksUsed, KvBlocksTotal)
        {
            Replica = replica ?? _places.Count,
            KvBlockTokens = KvBlockTokens,
            Ages = new SignalAges(ageUs, ageUs, ageUs),
        };
        _places.Add(new Place(
            endpoint, hitTokens, tierHitTokens ?? hitTokens, queuedTokens, bookedTokens, hasAdapter, role, stepTime ?? StepTime));
        return _places.Count - 1;
    }

    /// <summary>The view with the columns that are read, the others empty, as a host fills them.</summary>
    public FleetView View(Signals reads) => View(reads, Content);

    /// <summary>The same for a request that is made of this.</summary>
    public FleetView View(Signals reads, TokenContent? content) => new()
    {
        Endpoints = _places.Select(
            place => reads.HasFlag(Signals.Load) ? place.Endpoint : new EndpointView { Replica = place.Endpoint.Replica }).ToArray(),
        Roles = Column(reads, Signals.Decode, place => place.Role),
        HitTokens = Column(reads, Signals.PrefixHits, place => place.HitTokens),
        TierHitTokens = Column(reads, Signals.TierHits, place => place.TierHitTokens),
        QueuedTokens = Column(reads, Signals.Work, place => place.QueuedTokens),
        BookedTokens = Column(reads, Signals.Booked, place => place.BookedTokens),
        HasAdapter = Column(reads, Signals.Adapters, place => place.HasAdapter),
        StepTimes = Column(reads, Signals.StepTime, place => place.StepTime),
        Content = reads.HasFlag(Signals.Content) ? content : null,
        ServiceClasses = ServiceClasses,
        NowUs = NowUs,
    };

    /// <summary>The router's decision with fresh memory.</summary>
    public RouteDecision Route(IRouter router, RequestFacts request)
    {
        ArgumentNullException.ThrowIfNull(router);
        return router.Route(request, View(router.Reads), router.NewState());
    }

    private T[] Column<T>(Signals reads, Signals column, Func<Place, T> value) => reads.HasFlag(column) ? [.. _places.Select(value)] : [];

    private sealed record Place(
        EndpointView Endpoint,
        int HitTokens,
        int TierHitTokens,
        long QueuedTokens,
        long BookedTokens,
        bool HasAdapter,
        EndpointRole Role,
        IStepTimeModel StepTime);
}
