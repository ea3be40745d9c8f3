using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Barrier;

/// <summary>Loads of all endpoints in the next moments, and of the fullest in each.</summary>
internal sealed class BarrierState(int momentMs, int moments) : LoadForecast(momentMs, moments)
{
    private readonly double[] _fullest = new double[moments];

    /// <summary>Endpoints that were looked at.</summary>
    public int Endpoints { get; private set; }

    /// <summary>Looks ahead from now, and at the fullest.</summary>
    public void LookAtAll(in FleetView fleet)
    {
        Endpoints = fleet.Endpoints.Length;
        Look(fleet);
        Array.Clear(_fullest);
        for (var place = 0; place < Endpoints; place++)
        {
            var loads = Loads(place);
            for (var ahead = 0; ahead < loads.Length; ahead++) _fullest[ahead] = Math.Max(_fullest[ahead], loads[ahead]);
        }
    }

    /// <summary>Tokens by which a request of so many would raise the fullest, in a moment.</summary>
    public double Overflow(int place, int ahead, double tokens) => Math.Max(0, tokens - (_fullest[ahead] - Loads(place)[ahead]));

    /// <summary>
    /// The sum over the moments of tokens − weight · overflow, each moment counting <paramref name="decay"/> times the one before.
    /// </summary>
    public double Score(int place, double tokens, double weight, double decay)
    {
        var loads = Loads(place);
        var fullest = _fullest.AsSpan(0, loads.Length);
        var (score, share) = (0.0, 1.0);
        for (var ahead = 0; ahead < loads.Length; ahead++, share *= decay)
        {
            score += share * (tokens - (weight * Math.Max(0, tokens - fullest[ahead] + loads[ahead])));
        }

        return score;
    }
}
