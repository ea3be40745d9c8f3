using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Clients;

/// <summary>
/// The clients of a run: they send requests, wait, give up, and try again. A request is open from its first sending until its last attempt
/// is over; its latency counts from the first sending, as intended, so that waiting for a retry is not left out.
/// </summary>
internal sealed class ClientSide : IRequestSink
{
    private readonly AdapterNumbers _adapters = new();
    private readonly ClientOptions _options;
    private readonly int _outputTokensMax;
    private readonly EventQueue _events;
    private readonly RunRecorder _recorder;
    private readonly LengthOracle _lengths;
    private readonly RequestFlow _flow;
    private readonly TenantTable _tenants;
    private readonly RetryLaw _retries;
    private readonly Dictionary<int, ClientRequest> _open = [];
    private readonly Stack<ClientRequest> _spare = new();

    public ClientSide(
        ITraceSource source, ClientOptions options, int outputTokensMax, EventQueue events, RunRecorder recorder, LengthOracle lengths)
    {
        (_options, _outputTokensMax, _events, _recorder, _lengths) = (options, outputTokensMax, events, recorder, lengths);
        _flow = options.Loop.NewFlow(source, this);
        _tenants = new TenantTable(options.Tenants);
        _retries = new RetryLaw(options.Retries, options.Seed);
    }

    /// <summary>Whether requests are under way or still to be sent; when none are, what lies ahead concerns nobody.</summary>
    public bool AnyOpen => _open.Count > 0;

    public void Begin() => _flow.Begin();

    void IRequestSink.SendAt(long atUs, int request, in TraceRequest truth)
    {
        var open = _spare.TryPop(out var spare) ? spare : new ClientRequest();
        open.Renew(request, truth);
        _open.Add(request, open);
        _events.Schedule(atUs, EventKind.Sending, request);
    }

    /// <summary>A client sends a request, for the first time or again.</summary>
    public void Send(int request)
    {
        var open = _open[request];
        var tenant = _tenants.Of(request, open.Truth)?.Spec;
        if (++open.Attempt > 1) _recorder.TriedAgain(request);
        else SendFirst(open, tenant);
        if ((tenant?.TimeoutUs ?? _options.TimeoutUs) is { } timeoutUs)
        {
            open.GivesUpUs = checked(_events.NowUs + timeoutUs);
            _events.Schedule(open.GivesUpUs.Value, EventKind.Timeout, request);
        }

        open.ArrivesUs = checked(_events.NowUs + DelayUs(open.Truth.PromptTokens));
        if (open.ArrivesUs > _events.NowUs) _events.Schedule(open.ArrivesUs.Value, EventKind.Arrival, request);
    }

    /// <summary>
    /// What the fleet gets of a request that reaches it now; false when none does, because its client gave it up on the way or it comes
    /// later.
    /// </summary>
    public bool TryArrive(int request, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RequestSpec? spec)
    {
        spec = null;
        if (!_open.TryGetValue(request, out var open) || open.ArrivesUs != _events.NowUs) return false;
        open.ArrivesUs = null;
        spec = SpecOf(open);
        return true;
    }

    /// <summary>The request is served, or waits, at this replica from now on; at none for null.</summary>
    public void PlacedAt(int request, SimulatedReplica? replica) => _open[request].Replica = replica;

    /// <summary>Where the request is served or waits; null when it has no replica.</summary>
    public SimulatedReplica? PlaceOf(int request) => _open[request].Replica;

    /// <summary>Whether the client of the request gives up now; if so, where the attempt is, unless it is still on its way.</summary>
    public bool GivesUp(int request, out SimulatedReplica? at)
    {
        at = null;
        if (!_open.TryGetValue(request, out var open) || open.GivesUpUs != _events.NowUs) return false;
        at = open.Replica;
        return true;
    }

    /// <summary>Name of the attempt under way.</summary>
    public RequestId IdOf(int request) => _open[request].Id;

    /// <summary>The attempt under way is over; with it the request, unless it is tried again.</summary>
    public void Ended(int request, RequestOutcome outcome)
    {
        var open = _open[request];
        open.EndAttempt();
        if (_retries.NextAfterUs(open.Attempt, outcome) is { } waitUs)
        {
            _events.Schedule(checked(_events.NowUs + waitUs), EventKind.Sending, request);
            return;
        }

        _recorder.Ended(request, outcome, _events.NowUs);
        _lengths.Close(request);
        _open.Remove(request);
        _spare.Push(open);
        _flow.Ended(request, _events.NowUs);
    }

    private void SendFirst(ClientRequest open, TenantSpec? tenant)
    {
        var deadlineUs = tenant?.DeadlineUs ?? _options.DeadlineUs;
        _recorder.Arrived(open.Number, open.Truth, _events.NowUs, checked(_events.NowUs + deadlineUs), new ClassId(tenant?.Class ?? 0));
        _lengths.Open(open.Number, open.Truth.OutputTokens);
        _retries.FirstSent();
        _flow.Sent(open.Number, _events.NowUs);
    }

    private long DelayUs(int promptTokens)
    {
        if (_options.RequestUs is not { } requestUs) return 0;
        var delayUs = requestUs(promptTokens);
        return delayUs is >= 0 and <= TenantSpec.UsMax
            ? (long)Math.Ceiling(delayUs)
            : throw new SimulationException(
                $"A request of {promptTokens} tokens takes {delayUs} us to the fleet; possible are 0 to {TenantSpec.UsMax}.");
    }

    private RequestSpec SpecOf(ClientRequest open)
    {
        var tenant = _tenants.Of(open.Number, open.Truth);
        var facts = new RequestFacts
        {
            Id = open.Id,
            PromptTokens = open.Truth.PromptTokens,
            OutputTokensMax = _outputTokensMax,
            ArrivalUs = _events.NowUs,
            Tenant = new TenantId(tenant?.Number ?? 0),
            Class = new ClassId(tenant?.Spec.Class ?? 0),
            Priority = tenant?.Spec.Priority ?? 0,
            CacheDomain = new CacheDomain(tenant?.Number ?? 0, _adapters.Of(open.Truth.Adapter)),
            Session = open.Truth.Turn is { } turn ? SessionOf(turn.SessionId) : null,
            Attempt = open.Attempt,
        };
        return new RequestSpec(facts, open.Truth.NewContent());
    }

    // Mixed from the name and not counted, so that the memory of a run does not grow with its sessions.
    private static SessionId SessionOf(string name) => new((long)new RandomStream(0, name).NextBits());
}
