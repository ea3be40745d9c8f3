namespace Kantor.Simulation.Events;

/// <summary>
/// What happens; also the order among events of the same microsecond: steps and copies end, clients give up, replicas join, fail and drain,
/// fleets are scaled, samples are taken, clients send, requests arrive, holding ends, then steps begin.
/// </summary>
/// <remarks>So whatever arrives at the moment at which a step begins can be part of it.</remarks>
public enum EventKind
{
    /// <summary>A step is done; the target is the unit that steps.</summary>
    StepEnd,

    /// <summary>KV has been copied; the target is the copy.</summary>
    CopyEnd,

    /// <summary>A client may lose patience; the target is its request.</summary>
    Timeout,

    /// <summary>
    /// A unit that was asked for takes requests; the target is the unit of the fleet. Accompanies the run and does not keep it going.
    /// </summary>
    Joining,

    /// <summary>A replica fails, drains or is asked for; the target is the event in the options. Accompanies the run.</summary>
    FleetChange,

    /// <summary>The size of a fleet is decided anew; the target is the scaled group. Accompanies the run.</summary>
    Scaling,

    /// <summary>A router's sample of a replica is taken; the target is the feed. Accompanies the run.</summary>
    Sample,

    /// <summary>A client sends a request; the target is the request.</summary>
    Sending,

    /// <summary>A request that was on its way reaches the fleet; the target is the request.</summary>
    Arrival,

    /// <summary>A policy has held for as long as it wanted, unless something made it plan before; the target is the unit.</summary>
    HoldEnd,

    /// <summary>A router has held a request for as long as it wanted, unless something made it decide before; the target is 0.</summary>
    RouteHoldEnd,

    /// <summary>A unit plans its next step; the target is the unit.</summary>
    StepStart,
}
