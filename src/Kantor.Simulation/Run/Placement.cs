using Kantor.Core.Admission;
using Kantor.Core.Kv;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Events;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;

namespace Kantor.Simulation.Run;

/// <summary>
/// Where requests go: let in or refused, held outside or sent to a replica; from there on to one that decodes; until they end.
/// </summary>
internal sealed class Placement
{
    private readonly Dictionary<long, SimulatedReplica> _promised = [];
    private readonly Dictionary<long, long> _heldSinceUs = [];
    private long? _holdsEndUs;

    /// <summary>Replicas that requests arrive at.</summary>
    public required ReplicaGroup Entry { get; init; }

    /// <summary>Replicas that they go on at after a token; null when those that they arrive at serve them to the end.</summary>
    public required ReplicaGroup? Decode { get; init; }

    public required FleetAdmission Admission { get; init; }

    public required FleetOptions Options { get; init; }

    public required FleetDoor Door { get; init; }

    public required ClientSide Clients { get; init; }

    public required StepDriver Steps { get; init; }

    public required KvFetching Fetching { get; init; }

    public required SimulationObserver Observer { get; init; }

    public required EventQueue Events { get; init; }

    /// <summary>A client sends a request.</summary>
    public void Send(int request)
    {
        Clients.Send(request);
        Arrive(request);
    }

    /// <summary>A request reaches the fleet, if its client still wants it.</summary>
    public void Arrive(int request)
    {
        if (!Clients.TryArrive(request, out var spec)) return;
        if (Entry.TakingCount == 0 && Door.Count >= Options.WaitingOutsideMax) End(request, RequestOutcome.RefusedQueueFull);
        else Admit(spec);
    }

    /// <summary>
    /// The request's client gives up, if it still waits: the attempt leaves the fleet at once; of a step that it is in, the rest goes on.
    /// </summary>
    public void GiveUp(int request)
    {
        if (!Clients.GivesUp(request, out var replica)) return;
        if (replica is not null)
        {
            Steps.CutLeap(replica.Unit);
            replica.Cancel(Clients.IdOf(request));
        }

        End(request, RequestOutcome.Cancelled);
        if (replica is not null) Steps.Wake(replica.Unit);
    }

    /// <summary>A row has its first token: its KV stays where the prompt was computed until a replica that decodes pulls it.</summary>
    public void GoOn(SimulatedReplica replica, int row)
    {
        var spec = replica.Scheduler.Spec(row);
        Fetching.Keep(replica, row, _promised.GetValueOrDefault(spec.Id.Value));
        Place(spec, replica.Scheduler.GeneratedTokens(row));
    }

    /// <summary>
    /// The request goes to a replica, or waits until one takes requests; where KV of its prompt is kept, to one that pulls it from there.
    /// </summary>
    public void Place(RequestSpec spec, int generatedTokens)
    {
        var kept = Fetching.KeptFor(spec.Id);
        if (kept is { Decode: { } promised } && Decode!.Takes(promised))
        {
            Give(promised, spec, HandoverOf(generatedTokens, kept));
            return;
        }

        var group = kept is null || Decode is null ? Entry : Decode;
        if (group.Route(spec, Door.Count, Events.NowUs) is not { } routed) Door.Wait(new WaitingOutside(group, spec, generatedTokens));
        else if (routed.HoldUntilUs is { } untilUs) Hold(group, spec, generatedTokens, untilUs);
        else Send(routed, group, spec, HandoverOf(generatedTokens, kept));
    }

    /// <summary>An event was dealt with, after which what is held may get further.</summary>
    public void Settle(EventKind kind)
    {
        if (_holdsEndUs <= Events.NowUs) _holdsEndUs = null;
        if (!Door.HasHeld || !MayFreeHeld(kind)) return;
        foreach (var held in Door.TakeHeld())
        {
            if (held.IsLetIn) Place(held.Spec, held.GeneratedTokens);
            else Admit(held.Spec);
        }
    }

    /// <summary>Nobody will take those that wait outside.</summary>
    public void CloseDoor()
    {
        foreach (var waiting in Door.TakeOut()) End(AttemptId.RequestOf(waiting.Spec.Id.Value), RequestOutcome.ShutDown);
    }

    /// <summary>The attempt under way of a request is over.</summary>
    public void End(int request, RequestOutcome outcome)
    {
        var attempt = Clients.IdOf(request);
        Door.Forget(attempt);
        Entry.Stream.Ended(attempt, outcome, Events.NowUs);
        Decode?.Stream.Ended(attempt, outcome, Events.NowUs);
        _promised.Remove(attempt.Value);
        _heldSinceUs.Remove(attempt.Value);
        Fetching.Release(attempt.Value);
        Clients.Ended(request, outcome);
    }

    private static Handover HandoverOf(int generatedTokens, KeptKv? kept) =>
        kept is { Tokens: > 0 } there ? new Handover(generatedTokens, there.Tokens, there.Place) : new Handover(generatedTokens);

    private static bool MayFreeHeld(EventKind kind) =>
        kind is EventKind.StepEnd or EventKind.CopyEnd or EventKind.Timeout or EventKind.Joining or EventKind.RouteHoldEnd;

    /// <summary>A request that reaches the fleet for the first time is let in, held, shortened or refused.</summary>
    private void Admit(RequestSpec spec)
    {
        var verdict = Admission.Judge(spec, Door.Count, Events.NowUs);
        if (verdict.Reason is { } reason) End(AttemptId.RequestOf(spec.Id.Value), Refusals.OutcomeOf(reason));
        else if (verdict.AskAgainUs is { } untilUs) Hold(Entry, spec, 0, untilUs, isLetIn: false);
        else if (verdict.OutputTokensMax is { } tokens)
        {
            Place(spec with { Facts = spec.Facts with { OutputTokensMax = tokens } }, generatedTokens: 0);
        }
        else Place(spec, generatedTokens: 0);
    }

    private void Send(in Routed routed, ReplicaGroup group, RequestSpec spec, Handover handover)
    {
        if (group == Entry) Observer.Routed(AttemptId.RequestOf(spec.Id.Value), routed.Replica!.Index, Events.NowUs);
        if (routed.Decode is { } decode) _promised[spec.Id.Value] = decode;
        Give(routed.Replica!, spec, handover);
    }

    private void Give(SimulatedReplica replica, RequestSpec spec, Handover handover)
    {
        var request = AttemptId.RequestOf(spec.Id.Value);
        Clients.PlacedAt(request, replica);
        Steps.CutLeap(replica.Unit);
        if (replica.TryTake(spec, handover, Events.NowUs, out var refusal)) Steps.Wake(replica.Unit);
        else End(request, refusal);
    }

    /// <summary>The request goes nowhere yet; its policy is asked again when something may have changed.</summary>
    /// <exception cref="SimulationException">It is held for longer than anything may be.</exception>
    private void Hold(ReplicaGroup group, RequestSpec spec, int generatedTokens, long untilUs, bool isLetIn = true)
    {
        if (_heldSinceUs.TryAdd(spec.Id.Value, Events.NowUs) && Door.Count >= Options.WaitingOutsideMax)
        {
            End(AttemptId.RequestOf(spec.Id.Value), RequestOutcome.RefusedQueueFull);
            return;
        }

        var sinceUs = _heldSinceUs[spec.Id.Value];
        if (Events.NowUs - sinceUs > Options.HoldUsMax)
        {
            throw new SimulationException(
                $"{(isLetIn ? $"Routing '{group.RouterName}'" : $"Admission '{Admission.Name}'")} has held request {spec.Id} "
                + $"for more than {Options.HoldUsMax} us, since {sinceUs} us.");
        }

        Door.Wait(new WaitingOutside(group, spec, generatedTokens, sinceUs, isLetIn));
        AskAgainAt(untilUs);
    }

    // One event asks about all that are held. One for each would double them whenever two are held.
    private void AskAgainAt(long untilUs)
    {
        if (_holdsEndUs <= untilUs) return;
        _holdsEndUs = untilUs;
        Events.Schedule(untilUs, EventKind.RouteHoldEnd, 0);
    }
}
