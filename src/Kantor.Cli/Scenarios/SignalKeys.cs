using Kantor.Cli.Yaml;
using Kantor.Simulation.Pools;

namespace Kantor.Cli.Scenarios;

/// <summary>How the freshness of signals is written.</summary>
internal static class SignalKeys
{
    private const long HourUs = 3_600_000_000;

    private static readonly Key<long> Period = Key.Needed("period", Scalars.Duration(1, HourUs), "time between samples");

    private static readonly Key<long> Jitter = Key.Or(
        "jitter", Scalars.Duration(0, HourUs), "0s",
        "each time between samples is drawn evenly from period plus or minus this; below period");

    private static readonly Key<long> Delay = Key.Or(
        "delay", Scalars.Duration(0, 1000 * HourUs), "0s", "time from a sample to the router; at most 1000 times period");

    private static readonly Key<bool> CountsOwn = Key.Or(
        "counts-own", Scalars.Flag, "false", "whether the router corrects samples by what it has sent and what has ended since");

    private static readonly ChoiceShape<SignalFreshness> Freshness = new(
        [Variant<SignalFreshness>.Of("perfect", () => SignalFreshness.Perfect),
        new("sampled", new SectionShape<SignalFreshness>([Period, Jitter, Delay, CountsOwn], Sampled, CheckSampled))], "FRESHNESS");

    private static readonly Key<SignalFreshness> All = Key.Or(
        "all", Freshness, "perfect", "freshness of the signals that are not named themselves");

    private static readonly Key<SignalFreshness> Waiting = Key.Or("waiting", Freshness, "as all", "requests that wait");

    private static readonly Key<SignalFreshness> Running = Key.Or("running", Freshness, "as all", "requests that run");

    private static readonly Key<SignalFreshness> KvUsed = Key.Or("kv-used", Freshness, "as all", "KV blocks that live requests reference");

    /// <summary>All signals of a pool.</summary>
    public static SectionShape<FleetSignals> Shape { get; } = new([All, Waiting, Running, KvUsed], Signals, CheckSignals);

    private static FleetSignals Signals(Section section)
    {
        var all = section.Get(All, SignalFreshness.Perfect);
        return new FleetSignals
        {
            Waiting = section.Get(Waiting, all),
            Running = section.Get(Running, all),
            KvUsed = section.Get(KvUsed, all),
        };
    }

    private static void CheckSignals(Section section)
    {
        if (section.Has(All) && section.Has(Waiting) && section.Has(Running) && section.Has(KvUsed))
        {
            section.Refuse(All, "has no meaning when every signal is named itself; leave it out.");
        }
    }

    private static SignalFreshness Sampled(Section section) => new()
    {
        PeriodUs = section.Get(Period),
        JitterUs = section.Get(Jitter, 0),
        DelayUs = section.Get(Delay, 0),
        CountsOwn = section.Get(CountsOwn, false),
    };

    private static void CheckSampled(Section section)
    {
        if (!section.TryGet(Period, out var period)) return;
        if (section.TryGet(Jitter, out var jitter) && jitter >= period)
        {
            section.Refuse(Jitter, "is not below period; right is a shorter one.");
        }
        if (section.TryGet(Delay, out var delay) && delay > 1000 * period)
        {
            section.Refuse(Delay, "is more than 1000 times period; right is a shorter one.");
        }
    }
}
