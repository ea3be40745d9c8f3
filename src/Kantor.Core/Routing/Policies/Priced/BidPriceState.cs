using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Priced;

/// <summary>The prices of each replica in the next moments.</summary>
internal sealed class BidPriceState(BidPriceOptions options) : LoadForecast(options.MomentMs, Ahead)
{
    private const int Ahead = 16;
    private const double SecondsMax = 1;

    private readonly ByReplica<Prices?> _prices = new();
    private long _followedUs;

    private sealed class Prices
    {
        public readonly double[] SlotUs = new double[Ahead];
        public readonly double[] KvUs = new double[Ahead];
    }

    /// <summary>What is before a request at each replica.</summary>
    public PromptQueue Queue { get; } = new();

    /// <summary>A step of the prices for the time since the last one.</summary>
    public void Follow(in FleetView fleet)
    {
        Look(fleet);
        var seconds = Math.Clamp((fleet.NowUs - _followedUs) / 1e6, 0, SecondsMax);
        _followedUs = fleet.NowUs;
        var gainUs = options.GainMs * 1000 * seconds;
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            ref readonly var endpoint = ref fleet.Endpoints[place];
            var prices = _prices[endpoint.Replica] ??= new Prices();
            var loads = Loads(place);
            var requests = Requests(place);
            var (perSlot, perToken) = (1.0 / options.Slots, 1 / (Math.Max(1, endpoint.KvTokensTotal) * options.KvShare));
            for (var ahead = 0; ahead < Ahead; ahead++)
            {
                Step(ref prices.SlotUs[ahead], gainUs, requests[ahead] * perSlot);
                Step(ref prices.KvUs[ahead], gainUs, loads[ahead] * perToken);
            }
        }
    }

    /// <summary>The prices of a life of the believed length: a slot in each moment, and KV as it grows.</summary>
    public double PriceUs(RequestFacts request, in EndpointView endpoint)
    {
        if (_prices[endpoint.Replica] is not { } prices) return 0;
        var sum = 0.0;
        var life = Math.Min(request.OutputTokensMax, OutputTokens) / GrowthTokens;
        var (perSlot, perToken) = (1.0 / options.Slots, 1.0 / Math.Max(1, endpoint.KvTokensTotal));
        for (var ahead = 0; ahead < Ahead && ahead <= life; ahead++)
        {
            var share = (request.PromptTokens + (ahead * GrowthTokens)) * perToken;
            sum += (prices.SlotUs[ahead] * perSlot) + (prices.KvUs[ahead] * share);
        }

        return sum;
    }

    /// <inheritdoc/>
    public override void EndpointLeft(EndpointId endpoint)
    {
        Queue.EndpointLeft(endpoint);
        _prices[endpoint.Value] = null;
    }

    private static void Step(ref double priceUs, double gainUs, double use) => priceUs = Math.Max(0, priceUs + (gainUs * (use - 1)));
}
