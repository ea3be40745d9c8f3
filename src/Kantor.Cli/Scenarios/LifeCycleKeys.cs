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

    /// <summary>All of it.</summary>
    public static SectionShape<LifeCyclePlan> Shape { get; } = new([Events, Lost, WaitingOutsideMax], LifeCycle);

    private static readonly Key<double> RequestsTarget = Key.Or("target", Scalars.NumberAbove(0, 1e6), "32", "requests per replica, waiting and running");

    private static readonly Key<double> KvTarget = Key.Or("target", Scalars.NumberAbove(0, 1), "0.6", "share of KV blocks in use");

    private static readonly Key<double> Tolerance = Key.Or("tolerance", Scalars.NumberBelow(0, 1), "0.1", "share by which the load may leave its target");

    private static readonly Key<int> ScaleOutAfter = Key.Or("scale-out-after", Scalars.Whole(1, 1_000_000), "3", "evaluations in a row before replicas are asked for");

    private static readonly Key<int> ScaleInAfter = Key.Or("scale-in-after", Scalars.Whole(1, 1_000_000), "10", "evaluations in a row before a replica is given up");

    private static readonly Key<IAutoscaler> Autoscaler = Key.Needed("autoscaler", new ChoiceShape<IAutoscaler>([.. PolicyCatalogue.AutoscalerNames.Select(OfAutoscaler)]), "decides the size");

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

    private static Variant<IAutoscaler> OfAutoscaler(string name) => name switch
    {
        "requests-per-replica" => new(name, new SectionShape<IAutoscaler>([RequestsTarget, Tolerance, ScaleOutAfter, ScaleInAfter], section => new RequestsPerReplicaScaler(section.Get(RequestsTarget, 32), Hysteresis(section)))),
        "kv-share" => new(name, new SectionShape<IAutoscaler>([KvTarget, Tolerance, ScaleOutAfter, ScaleInAfter], section => new KvShareScaler(section.Get(KvTarget, 0.6), Hysteresis(section)))),
        _ => Variant<IAutoscaler>.Of(name, () => PolicyCatalogue.Autoscaler(name)),
    };

    private static HysteresisOptions Hysteresis(Section section)
    {
        var usual = new HysteresisOptions();
        return new HysteresisOptions
        {
            Tolerance = section.Get(Tolerance, usual.Tolerance),
            ScaleOutAfter = section.Get(ScaleOutAfter, usual.ScaleOutAfter),
            ScaleInAfter = section.Get(ScaleInAfter, usual.ScaleInAfter),
        };
    }
}
