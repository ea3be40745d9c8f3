namespace Kantor.Bounds.Goodput;

/// <summary>
/// What no policy can better, clairvoyant ones included: the weight of requests that keep their limits on so many machines (weak duality; docs,
/// bounds). For every path of prices of machine time, the machine time that there is at these prices, plus what each request is worth beyond the
/// least price of the machine time that it must have, is at least the weight that any run earns. The prices are looked for; whichever are found, the
/// bound holds.
/// </summary>
/// <param name="Weight">The bound: weight within limits.</param>
/// <param name="WeightTotal">Weight of all requests.</param>
/// <param name="WeightHopeless">Weight of those that are too late even when served alone at once.</param>
/// <param name="BucketUs">Width of the buckets in which prices are constant.</param>
/// <param name="Iterations">Price paths that were tried.</param>
/// <param name="Minorant">Machine time that was taken for work.</param>
/// <param name="PricesPerUs">The prices, weight per microsecond of a machine, by bucket from time 0.</param>
public sealed record GoodputBound(
    double Weight, double WeightTotal, double WeightHopeless, long BucketUs, int Iterations, StepMinorant Minorant,
    IReadOnlyList<double> PricesPerUs)
{
    /// <summary>Name of the bound.</summary>
    public const string Name = "goodput by weak duality";

    /// <summary>What it takes for granted.</summary>
    public const string Assumptions =
        "equal machines, any routing and any order, lengths and arrivals known beforehand; step times as modelled, of which a linear minorant counts; "
        + "each prompt finds the longest prefix that any request before its own deadline has; memory is left out; work may be split over machines";

    /// <summary>The bound as a share of all weight, at most 1.</summary>
    public double Share => WeightTotal > 0 ? Weight / WeightTotal : 1;

    /// <summary>The bound of these requests, whose arrivals count from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A request or the fleet is out of range.</exception>
    public static GoodputBound Of(IReadOnlyList<BoundRequest> requests, BoundFleet fleet, GoodputBoundOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentOutOfRangeException.ThrowIfLessThan(fleet.Replicas, 1);
        var minorant = StepMinorant.Of(
            fleet.StepTime,
            fleet.Limits,
            requests.Sum(request => (double)request.PromptTokens - request.HitTokensMax),
            requests.Sum(request => (double)request.OutputTokens - 1));
        return Of(requests, fleet, minorant, options ?? new GoodputBoundOptions());
    }

    internal static GoodputBound Of(
        IReadOnlyList<BoundRequest> requests, BoundFleet fleet, StepMinorant minorant, GoodputBoundOptions options)
    {
        var work = WorkOfAll.Of(requests, fleet, minorant, options);
        var search = new PriceSearch(work, fleet.Replicas, options);
        search.Run();
        var hopeless = requests.Where((_, index) => work.Weights[index] == 0).Sum(request => request.Weight);
        return new GoodputBound(
            search.Best, requests.Sum(request => request.Weight), hopeless, work.BucketUs, search.Iterations, minorant, search.BestPrices);
    }
}

/// <summary>How hard prices are looked for.</summary>
public sealed record GoodputBoundOptions
{
    /// <summary>Most price paths that are tried, at least 1.</summary>
    public int IterationsMax { get; init; } = 400;

    /// <summary>Ends the search when this many paths have not lowered the bound by <see cref="GainMin"/>.</summary>
    public int PatienceIterations { get; init; } = 80;

    /// <summary>Share of the bound that counts as lower.</summary>
    public double GainMin { get; init; } = 1e-5;

    /// <summary>Most buckets.</summary>
    public int BucketsMax { get; init; } = 1 << 14;

    /// <summary>Pieces of an answer whose tokens share a window; more prove more and take longer.</summary>
    public int AnswerPieces { get; init; } = 4;
}
