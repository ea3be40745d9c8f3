namespace Kantor.Core.Routing.Policies.Affinity;

/// <summary>SGLang's test of balance: the fullest replica has more requests than the emptiest by a number and by a factor.</summary>
internal static class Imbalance
{
    /// <summary>Whether max − min is above the number and max above the factor times min.</summary>
    public static bool IsTooLarge(in FleetView fleet, int requests, double factor)
    {
        var (least, most) = (int.MaxValue, 0);
        foreach (ref readonly var endpoint in fleet.Endpoints)
        {
            (least, most) = (Math.Min(least, endpoint.Requests), Math.Max(most, endpoint.Requests));
        }

        return most - least > requests && most > factor * least;
    }
}
