using Kantor.Cli.Yaml;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Retention;
using Kantor.Simulation.Pools;

namespace Kantor.Cli.Scenarios;

/// <summary>How a pool of replicas is written, all but its policies.</summary>
internal sealed class PoolKeys
{
    private const string DefaultPredictor = "class-quantile";

    private static readonly Key<int> Replicas = Key.Or("replicas", Scalars.Whole(1, 4096), "1", "equal replicas");

    private static readonly Key<Labelled<Func<ILengthPredictor>>> Predictor = Key.Or(
        "predictor", PolicyKeys.Predictor, DefaultPredictor, "belief about output lengths that policies may use");

    private static readonly Key<int> StepTokensMax = Key.Or(
        "step-tokens-max", Scalars.Whole(1, 100_000_000), "the profile's", "most tokens of a step");

    private static readonly Key<int> RunningMax = Key.Or(
        "running-max", Scalars.Whole(1, 1_000_000), "the profile's", "most requests that run on a replica at once");

    private static readonly Key<int> WaitingMax = Key.Or(
        "waiting-max", Scalars.Whole(1, int.MaxValue), "no limit", "most requests that wait at a replica; a further one is refused");

    private static readonly Key<long> HoldMax = Key.Or(
        "hold-max", Scalars.Duration(1, 86_400_000_000), "1min",
        "longest time for which a batch policy may hold without a break; beyond it the step is faulty");

    private static readonly Key<LimitPlan> Limits = Key.Or(
        "limits",
        new SectionShape<LimitPlan>(
            [StepTokensMax, RunningMax, WaitingMax, HoldMax],
            section =>
                new(section.Value(StepTokensMax), section.Value(RunningMax), section.Get(WaitingMax, int.MaxValue),
                section.Get(HoldMax, ReplicaOptions.HoldUsMaxUsual))),
        "as its keys say",
        "limits of a replica");

    private static readonly Key<Placed<KvAmount>> Size = Key.Or(
        "size", KvAmount.Shape, "what fits the device, by the profile", "KV pool of a replica, in whole blocks");

    private static readonly Key<int> BlockTokens = Key.Or("block-tokens", Scalars.Whole(1, 1_000_000), "16", "tokens per block");

    private static readonly Key<bool> PrefixCaching = Key.Or(
        "prefix-caching", Scalars.Flag, "true", "whether the KV of requests that ended is kept while there is room");

    private static readonly Key<IRetention> Retention = Key.Or(
        "retention", PolicyKeys.Retention, "lru", "which cached KV gives its room up first");

    private static readonly Key<int> IdleBlocksMax = Key.Or(
        "idle-blocks-max", Scalars.Whole(0, int.MaxValue), "as many as fit", "most blocks that are kept for nobody");

    private static readonly Key<int> SequencesMax = Key.Or(
        "sequences-max", Scalars.Whole(1, int.MaxValue), "no limit", "most sequence ids in use at once");

    private static readonly Key<double> TokenBytes = Key.Or(
        "token-bytes", Scalars.Number(1, 1e9), "the model's, where the profile is a MODEL@GPU",
        "bytes of KV of a token over all devices of a replica");

    private static readonly Key<KvPlan> Kv = Key.Or(
        "kv", new SectionShape<KvPlan>(
            [Size, BlockTokens, PrefixCaching, Retention, IdleBlocksMax, SequencesMax, TokenBytes], KvPlan.Bind), "as its keys say",
            "KV memory of a replica");

    private static readonly Key<bool> PlansAhead = Key.Or(
        "plans-ahead", Scalars.Flag, "false", "whether each step is planned when the one before begins (asynchronous scheduling)");

    private static readonly Key<int> Stages = Key.Needed("stages", Scalars.Whole(1, 64), "pipeline stages of a replica");

    private static readonly Key<double> Hop = Key.Or("hop", Scalars.Time(0, 999_000_000), "0s", "time from stage to stage");

    private static readonly Key<PipelinePlan> Pipeline = Key.Or(
        "pipeline", new SectionShape<PipelinePlan>([Stages, Hop], section => new(section.Get(Stages), section.Get(Hop, 0))), "none",
        "stages that work on different batches");

    private static readonly Key<int> Lockstep = Key.Or(
        "lockstep", Scalars.Whole(1, 4096), "1", "replicas that step together because they share experts");

    private static readonly Key<Placed<KvAmount>> HostSize = Key.Needed(
        "size", KvAmount.Shape, "host memory: per replica, or in all when shared");

    private static readonly Key<Placed<KvBandwidth>> Bandwidth = Key.Needed(
        "bandwidth", KvBandwidth.Shape, "speed of the copies of one replica, all its devices together");

    private static readonly Key<long> Latency = Key.Or(
        "latency", Scalars.Duration(0, 1_000_000_000), "0s", "time of a copy whatever its size");

    private static readonly Key<bool> Shared = Key.Or(
        "shared", Scalars.Flag, "false", "whether all replicas of the pool read and write one tier");

    private static readonly Key<HostMemory> Swap = Key.Or(
        "swap", new SectionShape<HostMemory>([HostSize, Bandwidth, Latency], Memory), "none: preemptions recompute",
        "host memory to which preemptions move KV");

    private static readonly Key<HostMemory> Tier = Key.Or(
        "tier", new SectionShape<HostMemory>([HostSize, Shared, Bandwidth, Latency], Memory), "none",
        "host memory that keeps KV by content");

    private static readonly Key<int> DraftTokens = Key.Needed("draft-tokens", Scalars.Whole(1, 64), "guesses per decode");

    private static readonly Key<double> AcceptanceRate = Key.Needed(
        "acceptance-rate", Scalars.Number(0, 1), "probability that a guess is right");

    private static readonly Key<double> Draft = Key.Or(
        "draft-time", Scalars.Time(0, 999_000_000), "0s", "time that each guessed position adds to a step");

    private static readonly Key<Speculation> Speculation = Key.Or(
        "speculation",
        new SectionShape<Speculation>(
            [DraftTokens, AcceptanceRate, Draft],
            section => new()
            {
                DraftTokens = section.Get(DraftTokens),
                AcceptanceRate = section.Get(AcceptanceRate),
                DraftUs = section.Get(Draft, 0),
            }),
        "none",
        "guessing of further tokens");

    private static readonly Key<int> Slots = Key.Needed("slots", Scalars.Whole(1, 64), "adapters on a replica at once");

    private static readonly Key<double> Load = Key.Or(
        "load", Scalars.Time(0, 999_000_000_000), "0s", "time of copying an adapter in, which holds up the step");

    private static readonly Key<double> StepFactor = Key.Or(
        "step-factor", Scalars.Number(1, 100), "1", "time of a step with adapters relative to one without");

    private static readonly Key<AdapterPlan> Adapters = Key.Or(
        "adapters",
        new SectionShape<AdapterPlan>(
            [Slots, Load, StepFactor],
            section => new(section.Get(Slots), new AdapterCost { LoadUs = section.Get(Load, 0), StepFactor = section.Get(StepFactor, 1) })),
        "any number, free of cost",
        "adapters (LoRA) on the devices");

    private static readonly Key<FleetSignals> Signals = Key.Or(
        "signals", SignalKeys.Shape, "all perfect", "what the pool's router hears of its replicas, and when");

    private static readonly Key<ScalingOptions> Scaling = Key.Or(
        "scaling", LifeCycleKeys.Scaling, "none: the number stays", "how the number of replicas follows the load");

    private readonly Key<NamedProfile> _profile;
    private readonly Problems _problems;

    /// <summary>Keys of one file.</summary>
    /// <param name="profiles">How profiles are written.</param>
    /// <param name="problems">What is wrong with the file.</param>
    /// <param name="profileOtherwise">What holds without a profile; null where there has to be one.</param>
    public PoolKeys(ProfileShape profiles, Problems problems, string? profileOtherwise = null)
    {
        _profile = new Key<NamedProfile>(
            "profile", profiles, profileOtherwise, "model and machine: step times and the defaults of limits and KV");
        _problems = problems;
        All = [_profile, Replicas, Predictor, Limits, Kv, PlansAhead, Pipeline, Lockstep, Swap, Tier, Speculation, Adapters, Signals,
            Scaling];
    }

    /// <summary>The keys, in the order in which they are described.</summary>
    public IReadOnlyList<IKey> All { get; }

    /// <summary>Says which values of a pool contradict each other.</summary>
    public void Check(Section section)
    {
        CheckGroups(section);
        if (section.TryGet(Scaling, out var scaling)) CheckScaling(section, scaling);
        if (!section.TryGet(_profile, out var profile)) return;
        if (section.Has(Kv) && !section.TryGet(Kv, out _)) return;
        var kv = section.Part(Kv) ?? KvPlan.Usual;
        var tokenBytes = kv.TokenBytes ?? profile.TokenBytes;
        if (BlocksOf(kv, profile) is < 1 && kv.Size is null)
        {
            section.Refuse(
                Kv, $"has blocks of {kv.BlockTokens} tokens, more than the {profile.Profile.KvTokens} tokens of the profile; right is a "
                + "smaller block-tokens.");
        }
        var isRight = kv.Size is null || IsSize(kv.Size, kv, tokenBytes);
        foreach (var key in (Key<HostMemory>[])[Swap, Tier])
        {
            if (section.TryGet(key, out var memory))
            {
                isRight &= IsSize(memory.Size, kv, tokenBytes) & memory.Link.ToLink(tokenBytes, _problems) is not null;
            }
        }

        if (!isRight) section.Spoil();
    }

    /// <summary>Says that the profile is missing where it may be left out only beside others.</summary>
    public void RequireProfile(Section section) => section.Require(_profile);

    /// <summary>The pool of keys in which nothing is wrong.</summary>
    public PoolPlan Bind(Section section)
    {
        var profile = section.Get(_profile);
        var kv = section.Part(Kv) ?? KvPlan.Usual;
        var tokenBytes = kv.TokenBytes ?? profile.TokenBytes;
        var limits = section.Part(Limits);
        var adapters = section.Part(Adapters);
        return new PoolPlan
        {
            Profile = profile.Profile,
            TokenBytes = tokenBytes,
            Replicas = section.Get(Replicas, 1),
            Limits = new BatchLimits
            {
                StepTokensMax = limits?.StepTokensMax ?? profile.Profile.Limits.StepTokensMax,
                RunningMax = limits?.RunningMax ?? profile.Profile.Limits.RunningMax,
                WaitingMax = limits?.WaitingMax ?? int.MaxValue,
                AdaptersMax = adapters?.Slots,
            },
            HoldUsMax = limits?.HoldUsMax ?? ReplicaOptions.HoldUsMaxUsual,
            Kv = kv.ToOptions((int)BlocksOf(kv, profile)!.Value),
            Predictor = section.Get(Predictor, new Labelled<Func<ILengthPredictor>>(DefaultPredictor, () => new ClassQuantilePredictor())),
            PlansAhead = section.Get(PlansAhead, false),
            Pipeline = section.Part(Pipeline) ?? new PipelinePlan(1, 0),
            LockstepReplicas = section.Get(Lockstep, 1),
            Swap = section.Part(Swap) is { } swap
                ? PlaceOf(Swap.Name, swap, kv, tokenBytes)
                : null,
            Tier = section.Part(Tier) is { } tier
                ? new PoolTier { Place = PlaceOf(Tier.Name, tier, kv, tokenBytes), IsShared = tier.IsShared }
                : null,
            Speculation = section.Part(Speculation),
            Adapters = adapters?.Cost,
            Signals = section.Part(Signals) ?? new FleetSignals(),
            Scaling = section.Part(Scaling),
        };
    }

    /// <summary>How a way for KV is written.</summary>
    public static SectionShape<LinkPlan> Link { get; } = new([Bandwidth, Latency], ToLink);

    private static void CheckGroups(Section section)
    {
        var replicas = section.Get(Replicas, 1);
        if (!section.TryGet(Lockstep, out var lockstep) || lockstep == 1) return;
        if (section.Has(Replicas) == section.TryGet(Replicas, out _) && replicas % lockstep != 0)
        {
            section.Refuse(Lockstep, $"is {lockstep}, which does not divide the {replicas} replicas; right is a divisor.");
        }
        if (section.TryGet(Pipeline, out var pipeline) && pipeline.Stages > 1)
        {
            section.Refuse(Lockstep, "and pipeline exclude each other: replicas with pipeline stages do not step together. Leave one.");
        }
    }

    private static void CheckScaling(Section section, ScalingOptions scaling)
    {
        var (replicas, lockstep) = (section.Get(Replicas, 1), section.Get(Lockstep, 1));
        if (scaling.ReplicasMin > scaling.ReplicasMax)
        {
            section.Refuse(
                Scaling, $"has replicas-min {scaling.ReplicasMin} above replicas-max {scaling.ReplicasMax}; right is at most that.");
        }
        else if (replicas < scaling.ReplicasMin || replicas > scaling.ReplicasMax)
        {
            section.Refuse(
                Scaling,
                $"begins with {replicas} replicas; right is {scaling.ReplicasMin} to {scaling.ReplicasMax} (replicas-min, replicas-max).");
        }
        if (scaling.ReplicasMin % lockstep != 0 || scaling.ReplicasMax % lockstep != 0)
        {
            section.Refuse(
                Scaling, $"has bounds that are no multiples of lockstep {lockstep}; replicas that step together come and go together.");
        }
    }

    private bool IsSize(Placed<KvAmount> size, KvPlan kv, double? tokenBytes)
    {
        var blocks = size.Value.Blocks(kv.BlockTokens, tokenBytes);
        if (blocks is >= 1 and <= int.MaxValue) return true;
        size.Refuse(_problems, blocks is { } count
            ? FormattableString.Invariant($"is {count} blocks of {kv.BlockTokens} tokens; right is 1 to {int.MaxValue} blocks.")
            : "is in bytes, but the profile does not tell how many bytes the KV of a token takes; write tokens or blocks, give "
                + "kv.token-bytes, or name the profile as MODEL@GPU.");
        return false;
    }

    private static double? BlocksOf(KvPlan kv, NamedProfile profile) => kv.Size is { } size
        ? size.Value.Blocks(kv.BlockTokens, kv.TokenBytes ?? profile.TokenBytes)
        : profile.Profile.KvTokens / kv.BlockTokens;

    private KvPlace PlaceOf(string name, HostMemory memory, KvPlan kv, double? tokenBytes) => new()
    {
        Name = name,
        Blocks = (int)memory.Size.Value.Blocks(kv.BlockTokens, tokenBytes)!.Value,
        Link = memory.Link.ToLink(tokenBytes, _problems)!,
    };

    private static HostMemory Memory(Section section) => new(section.Get(HostSize), ToLink(section), section.Get(Shared, false));

    private static LinkPlan ToLink(Section section) => new(section.Get(Bandwidth), section.Get(Latency, 0));

    private sealed record LimitPlan(int? StepTokensMax, int? RunningMax, int WaitingMax, long HoldUsMax);

    private sealed record AdapterPlan(int Slots, AdapterCost Cost);

    private sealed record KvPlan(
        Placed<KvAmount>? Size, int BlockTokens, bool PrefixCaching, IRetention Retention, int? IdleBlocksMax, int? SequencesMax,
        double? TokenBytes)
    {
        public static KvPlan Usual { get; } = new(null, 16, true, new LruRetention(), null, null, null);

        public static KvPlan Bind(Section section) => new(
            section.Part(PoolKeys.Size), section.Get(PoolKeys.BlockTokens, Usual.BlockTokens), section.Get(PoolKeys.PrefixCaching, true),
            section.Get(PoolKeys.Retention, Usual.Retention),
            section.Value(PoolKeys.IdleBlocksMax), section.Value(PoolKeys.SequencesMax), section.Value(PoolKeys.TokenBytes));

        public KvLedgerOptions ToOptions(int blocks) => new()
        {
            BlocksTotal = blocks,
            BlockSizeTokens = BlockTokens,
            PrefixCaching = PrefixCaching,
            Retention = Retention,
            IdleBlocksMax = IdleBlocksMax,
            SequencesMax = SequencesMax,
        };
    }
}
