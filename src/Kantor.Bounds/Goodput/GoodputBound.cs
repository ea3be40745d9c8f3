using Kantor.Bounds.Facts;
using Kantor.Bounds.Prices;
using Kantor.Bounds.Work;
using Kantor.Core.Objectives;

namespace Kantor.Bounds.Goodput;

/// <summary>
/// The most weight of requests that any policy, clairvoyant ones included, can serve within objectives (weak duality; docs/bounds.md,
/// section 3).
/// </summary>
public static class GoodputBound
{
    /// <summary>Name of the bound of every policy.</summary>
    public const string Name = "goodput by weak duality";

    /// <summary>Name of the bound of policies that keep every gap.</summary>
    public const string GapSafeName = "goodput by weak duality, among policies that keep every gap";

    private const double WorkMax = 4e8;
    private const double TryWorkMax = 2e7;

    // A whole pool of KV held for a microsecond is put equal to so many microseconds of the machine.
    private static readonly double[] PoolPrices = [0.3, 1, 4, 1000];

    // Shares of the shortest decoding step that are divided by KV held.
    private static readonly double[] HeldShares = [0, 0.5, 0.8, 1];

    /// <summary>The bound.</summary>
    /// <param name="requests">The requests, in any order.</param>
    /// <param name="fleet">The fleet.</param>
    /// <param name="slo">What each request has to meet.</param>
    /// <param name="options">How hard it tries.</param>
    /// <exception cref="ArgumentException">A request, the fleet or an option is out of range.</exception>
    public static ProvenBound Of(IReadOnlyList<BoundRequest> requests, FleetFacts fleet, SloSpec slo, GoodputBoundOptions? options = null)
    {
        foreach (var request in requests) request.Validate(nameof(requests));
        return Of(requests, new FleetWork(fleet), slo, options ?? new GoodputBoundOptions());
    }

    internal static ProvenBound Of(IReadOnlyList<BoundRequest> requests, FleetWork work, SloSpec slo, GoodputBoundOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BucketMs, nameof(options));
        var limits = Deadlines.Of(slo);
        IReadOnlyList<WorkRates> rates =
            [.. HeldShares.SelectMany(share => work.Rates(limits.GapUs, options.IsGapSafe, share))];
        return OfRates(requests, work, limits, rates, options);
    }

    internal static ProvenBound OfRates(
        IReadOnlyList<BoundRequest> requests, FleetWork work, Deadlines limits, IReadOnlyList<WorkRates> rates, GoodputBoundOptions options)
    {
        var buckets = DeadlineBuckets.Over(requests, work, limits, options.BucketMs * 1000);
        var choice = new RateChoice(requests, work, limits, buckets);
        foreach (var one in rates) choice.Try(one, 0);
        foreach (var price in PoolPrices) choice.Try(choice.Rates, price);
        var final = choice.Descend(choice.Rates, choice.PoolPrice, options.EvaluationsMax ?? Evaluations(choice.Items, WorkMax, 30, 1500));
        var value = Math.Min(final.Best, choice.Best);

        // Rounding of sums: far more than it can be, far less than a request.
        value = Math.Min(choice.Reachable, value * (1 + 1e-9));
        return Proven(options, value, requests.Sum(request => request.Weight), choice.Reachable, final.BestConstant);
    }

    private static ProvenBound Proven(GoodputBoundOptions options, double value, double all, double reachable, double constant) =>
        new(
            options.IsGapSafe ? GapSafeName : Name, value, ProvenBound.WeightUnit, IsUpper: true,
            GoodputWords.Assumptions(options.IsGapSafe),
            [
                new BoundStep("weight of all requests", all),
                new BoundStep("of those that an empty replica could serve in time", reachable),
                new BoundStep("with one price of machine time", Math.Min(reachable, constant)),
                new BoundStep("with a price for each bucket of time", value),
            ]);

    /// <summary>As many as a fixed amount of work allows.</summary>
    internal static int Evaluations(int items, double workMax, int least, int most) => (int)Math.Clamp(workMax / (items + 1), least, most);

    /// <summary>Evaluations of a short descent.</summary>
    internal static int TryEvaluations(int items) => Evaluations(items, TryWorkMax, 2, 40);
}

/// <summary>Chooses how the cost of steps is divided and how KV is priced, by short descents.</summary>
internal sealed class RateChoice(IReadOnlyList<BoundRequest> requests, FleetWork work, Deadlines limits, TimeBuckets buckets)
{
    /// <summary>Least value so far; a bound, whatever was chosen.</summary>
    public double Best { get; private set; } = double.PositiveInfinity;

    public WorkRates Rates { get; private set; }

    public double PoolPrice { get; private set; }

    /// <summary>Weight of the requests that an empty replica could serve in time.</summary>
    public double Reachable { get; private set; }

    public int Items { get; private set; }

    public void Try(WorkRates rates, double poolPrice)
    {
        var value = Descend(rates, poolPrice, null).Best;
        if (value < Best) (Best, Rates, PoolPrice) = (value, rates, poolPrice);
    }

    public PriceDescent Descend(WorkRates rates, double poolPrice, int? evaluations)
    {
        var items = WorkItems.Of(requests, work, limits, rates, poolPrice / work.Fleet.KvTokens, buckets);
        (Reachable, Items) = (items.Value, items.All.Length);
        var capacityUs = work.Fleet.Replicas * buckets.WidthUs * (1 + poolPrice);
        return PriceDescent.Run(new PriceDual(items, capacityUs), items, evaluations ?? GoodputBound.TryEvaluations(Items));
    }
}
