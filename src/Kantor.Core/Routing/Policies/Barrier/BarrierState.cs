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
}
