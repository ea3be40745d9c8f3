using Kantor.Cli.Yaml;
using Kantor.Core;
using Kantor.Core.Scaling;
using Kantor.Simulation.Fleets;

namespace Kantor.Cli.Scenarios;

/// <summary>What happens to the fleet of a scenario.</summary>
/// <param name="Options">What a run takes, but for its events.</param>
/// <param name="Events">Its events and where they stand.</param>
internal sealed record LifeCyclePlan(FleetOptions Options, IReadOnlyList<Placed<FleetEvent>> Events);

/// <summary>How failures, drains, additions and autoscalers are written.</summary>
internal static class LifeCycleKeys
{
    private const long UsMax = 1_000_000_000_000_000;
    private const long DayUs = 86_400_000_000;

    private static readonly Key<long> At = Key.Needed("at", Scalars.Duration(0, UsMax), "time since the start");

    private static readonly Key<int> Replica = Key.Needed("replica", Scalars.Whole(0, 65_535), "its number: from 0, those that decode after those that requests arrive at, then those that join");

    private static readonly Key<long> RestartsAfter = Key.Or("restarts-after", Scalars.Duration(0, UsMax), "never", "time until another takes its place, with an empty cache");

    private static readonly Key<bool> Decodes = Key.Or("decodes", Scalars.Flag, "false", "whether it joins those that decode");

    private static readonly Key<IReadOnlyList<Placed<FleetEvent>>> Events = Key.Or(
        "events",
        new ListShape<Placed<FleetEvent>>(
            new PlacedShape<FleetEvent>(new ChoiceShape<FleetEvent>(
            [
                new("fails", new SectionShape<FleetEvent>([At, Replica, RestartsAfter], section => new ReplicaFails { AtUs = section.Get(At), Replica = section.Get(Replica), RestartsAfterUs = section.Value(RestartsAfter) })),
                new("drains", new SectionShape<FleetEvent>([At, Replica], section => new ReplicaDrains { AtUs = section.Get(At), Replica = section.Get(Replica) })),
                new("joins", new SectionShape<FleetEvent>([At, Decodes], section => new ReplicaJoins { AtUs = section.Get(At), Decodes = section.Get(Decodes, false) })),
            ])),
            1,
            10_000),
        "none",
        "what happens to replicas, in any order");

    private static readonly Key<LostRequests> Lost = Key.Or(
        "lost-requests", Scalars.OneOf(("handed-on", LostRequests.HandedOn), ("fail", LostRequests.Fail)), "handed-on", "what becomes of the requests of a replica that fails");

    private static readonly Key<int> WaitingOutsideMax = Key.Or("waiting-outside-max", Scalars.Whole(0, 10_000_000), "10000", "requests that wait while no replica takes any");

    private static readonly Key<long> HoldMax = Key.Or("hold-max", Scalars.Duration(1, DayUs), "1h", "longest time for which routing or admission may hold one request; beyond it the run fails");

    /// <summary>All of it.</summary>
    public static SectionShape<LifeCyclePlan> Shape { get; } = new([Events, Lost, WaitingOutsideMax, HoldMax], LifeCycle);

    private static readonly Key<IAutoscaler> Autoscaler = Key.Needed("autoscaler", PolicyKeys.Autoscaler, "decides the size");

    private static readonly Key<long> Period = Key.Or("period", Scalars.Duration(1000, DayUs), "15s", "time between evaluations");

    private static readonly Key<int> ReplicasMin = Key.Or("replicas-min", Scalars.Whole(1, 4096), "1", "fewest replicas");

    private static readonly Key<int> ReplicasMax = Key.Needed("replicas-max", Scalars.Whole(1, 4096), "most replicas");

    private static readonly Key<long> Startup = Key.Or("startup", Scalars.Duration(0, DayUs), "2min", "time from asking for a replica until it takes requests");

    /// <summary>How a pool follows its load.</summary>
    public static SectionShape<ScalingOptions> Scaling { get; } = new([Autoscaler, Period, ReplicasMin, ReplicasMax, Startup], Scaled);

    private static LifeCyclePlan LifeCycle(Section section)
    {
        var usual = new FleetOptions();
        var events = section.Part(Events) ?? [];
        return new LifeCyclePlan(
            new FleetOptions
            {
                Events = [.. events.Select(placed => placed.Value)],
                LostRequests = section.Get(Lost, usual.LostRequests),
                WaitingOutsideMax = section.Get(WaitingOutsideMax, usual.WaitingOutsideMax),
                HoldUsMax = section.Get(HoldMax, usual.HoldUsMax),
            },
            events);
    }

    private static ScalingOptions Scaled(Section section)
    {
        var usual = new ScalingOptions { Autoscaler = section.Get(Autoscaler), ReplicasMax = section.Get(ReplicasMax) };
        return usual with
        {
            PeriodUs = section.Get(Period, usual.PeriodUs),
            ReplicasMin = section.Get(ReplicasMin, usual.ReplicasMin),
            StartupUs = section.Get(Startup, usual.StartupUs),
        };
    }
}
