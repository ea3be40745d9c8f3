using Kantor.Cli.Yaml;
using Kantor.Workloads.Generators;

namespace Kantor.Cli.Scenarios;

/// <summary>How laws of arrivals and lengths, families of prompts and the popularity of adapters are written.</summary>
internal static class LawKeys
{
    private const int TokensMax = 10_000_000;
    private const long UsMax = 1_000_000_000_000;

    private static readonly (string Unit, double Factor)[] PerTime = [("/s", 3600), ("/min", 60), ("/h", 1)];

    private static readonly Key<double> Rate = Key.Needed("rate", RateFrom(1e-6), "arrivals per time");

    private static readonly Key<double> MeanRate = Key.Needed("rate", RateFrom(1e-6), "mean arrivals per time");

    private static readonly Key<double> Cv = Key.Needed(
        "cv", Scalars.Number(0.01, 20), "coefficient of variation of the gaps: above 1 burstier than Poisson");

    private static readonly Key<double> OnRate = Key.Needed("on-rate", RateFrom(1e-6), "arrivals in ON, where it starts");

    private static readonly Key<double> OffRate = Key.Or("off-rate", RateFrom(0), "0/s", "arrivals in OFF");

    private static readonly Key<double> OnMean = Key.Needed("on-mean", Scalars.Time(1, UsMax), "mean length of ON");

    private static readonly Key<double> OffMean = Key.Needed("off-mean", Scalars.Time(1, UsMax), "mean length of OFF");

    private static readonly Key<double> Amplitude = Key.Needed("amplitude", Scalars.Number(0, 1), "swing as a share of the mean");

    private static readonly Key<double> Period = Key.Needed("period", Scalars.Time(1, UsMax), "time from trough to trough");

    private static readonly Variant<ArrivalLaw>[] Endless =
    [
        new("poisson", new SectionShape<ArrivalLaw>([Rate], section => new PoissonArrivals(section.Get(Rate)))),
        new("gamma", new SectionShape<ArrivalLaw>([Rate, Cv], section => new GammaArrivals(section.Get(Rate), section.Get(Cv)))),
        new("weibull", new SectionShape<ArrivalLaw>([Rate, Cv], section => new WeibullArrivals(section.Get(Rate), section.Get(Cv)))),
        new(
            "on-off",
            new SectionShape<ArrivalLaw>(
                [OnRate, OffRate, OnMean, OffMean],
                section => new OnOffArrivals(
                    section.Get(OnRate), section.Get(OffRate, 0), section.Get(OnMean) / 1e6, section.Get(OffMean) / 1e6))),
        new(
            "diurnal",
            new SectionShape<ArrivalLaw>(
                [MeanRate, Amplitude, Period],
                section => new DiurnalArrivals(section.Get(MeanRate), section.Get(Amplitude), section.Get(Period) / 1e6))),
    ];

    private static readonly Key<ArrivalLaw> Law = Key.Needed(
        "law", new ChoiceShape<ArrivalLaw>(Endless, "ARRIVALS"), "what happens between, its time 0 the first moment");

    private static readonly Key<double> From = Key.Or("from", Scalars.Time(0, UsMax), "0s", "first moment");

    private static readonly Key<double> To = Key.Needed("to", Scalars.Time(1, UsMax), "second moment");

    /// <summary>Laws that end only with the requests asked for, or at a moment.</summary>
    public static ChoiceShape<ArrivalLaw> Arrivals { get; } = new(
        [.. Endless, Variant<ArrivalLaw>.Of("at-once", () => new ArrivalsAtOnce()), Window()], "ARRIVALS");

    /// <summary>Laws of the starts of sessions, whose number is not given.</summary>
    public static ChoiceShape<ArrivalLaw> Starts { get; } = new([.. Endless, Window()], "ARRIVALS");

    private static readonly Key<double> Median = Key.Needed("median", Scalars.NumberAbove(0, TokensMax), "median in tokens");

    private static readonly Key<double> Sigma = Key.Needed("sigma", Scalars.Number(0, 10), "deviation of the logarithm");

    private static readonly Key<double> Mean = Key.Needed("mean", Scalars.Number(0, TokensMax), "mean in tokens");

    private static readonly Key<double> Deviation = Key.Needed("deviation", Scalars.Number(0, TokensMax), "standard deviation in tokens");

    private static readonly Key<int> Min = Key.Needed("min", Scalars.Whole(1, TokensMax), "least tokens; draws below count as that");

    private static readonly Key<int> Max = Key.Needed("max", Scalars.Whole(1, TokensMax), "most tokens; draws above count as that");

    private static readonly Key<int> Tokens = Key.Needed("tokens", Scalars.Whole(1, TokensMax), "always so many tokens");

    private static readonly Key<IReadOnlyList<int>> Lengths = Key.Needed(
        "tokens", new ListShape<int>(Scalars.Whole(1, TokensMax), 1, 100_000), "lengths drawn with equal chances");

    /// <summary>Laws of lengths.</summary>
    public static ChoiceShape<LengthLaw> Length { get; } = new(
        [
            new(
                "lognormal",
                new SectionShape<LengthLaw>(
                    [Median, Sigma, Min, Max],
                    section => new LognormalLength(section.Get(Median), section.Get(Sigma), section.Get(Min), section.Get(Max)),
                    RequireOrder)),
            new(
                "normal",
                new SectionShape<LengthLaw>(
                    [Mean, Deviation, Min, Max],
                    section => new NormalLength(section.Get(Mean), section.Get(Deviation), section.Get(Min), section.Get(Max)),
                    RequireOrder)),
            new("constant", new SectionShape<LengthLaw>([Tokens], section => new ConstantLength(section.Get(Tokens)))),
            new("empirical", new SectionShape<LengthLaw>([Lengths], section => EmpiricalLength.Of(section.Get(Lengths)))),
        ],
        "LENGTH");

    private static readonly Key<double> ThinkMedian = Key.Needed("median", Scalars.Time(0, 86_400_000_000), "median");

    /// <summary>Laws of waiting times.</summary>
    public static SectionShape<LognormalThink> Think { get; } = new(
        [ThinkMedian, Sigma], section => new LognormalThink(section.Get(ThinkMedian) / 1e6, section.Get(Sigma)), title: "THINK");

    private static readonly Key<int> Families = Key.Needed("families", Scalars.Whole(1, 1_000_000), "families of prompts that begin alike");

    private static readonly Key<double> Zipf = Key.Or(
        "zipf", Scalars.Number(0, 10), "1", "popularity of the k-th in proportion to k^-zipf");

    private static readonly Key<int> BlocksMax = Key.Needed(
        "blocks-max", Scalars.Whole(1, 10_000), "longest common beginning, in blocks of 512 tokens");

    /// <summary>Families of prompts.</summary>
    public static SectionShape<PrefixFamilies> Prefixes { get; } = new(
        [Families, Zipf, BlocksMax], section => new PrefixFamilies(section.Get(Families), section.Get(Zipf, 1), section.Get(BlocksMax)),
        title: "PREFIXES");

    private static readonly Key<int> Adapters = Key.Needed("count", Scalars.Whole(1, 1_000_000), "adapters that requests ask for");

    private static readonly Key<double> BaseShare = Key.Or(
        "base-share", Scalars.Number(0, 1), "0", "share of requests, or of sessions, that ask for the base model");

    /// <summary>Popularity of adapters.</summary>
    public static SectionShape<AdapterPopularity> Popularity { get; } = new(
        [Adapters, Zipf, BaseShare],
        section => new AdapterPopularity(section.Get(Adapters), section.Get(Zipf, 1), section.Get(BaseShare, 0)), title: "ADAPTERS");

    private static Variant<ArrivalLaw> Window() => new("window", new SectionShape<ArrivalLaw>(
        [Law, From, To],
        section => new WindowArrivals(section.Get(Law), section.Get(From, 0) / 1e6, section.Get(To) / 1e6),
        section =>
        {
            if (section.TryGet(To, out var to) && to <= section.Get(From, 0))
            {
                section.Refuse(To, "is not after from; right is a later moment.");
            }
        }));

    private static void RequireOrder(Section section)
    {
        if (section.TryGet(Min, out var min) && section.TryGet(Max, out var max) && min > max)
        {
            section.Refuse(Max, $"is {max}, below min {min}; right is at least that.");
        }
    }

    /// <summary>Rates per second.</summary>
    private static ScalarShape<double> RateFrom(double min) => new(
        $"a rate from {Scalars.Plain(min)} to 1000000 per second in /s, /min or /h, such as 4/s",
        (text, out value) =>
        {
            var isRate = Scalars.TryUnits(text, PerTime, out var perHour);
            value = perHour / 3600;
            return isRate && value >= min && value <= 1e6;
        });
}
