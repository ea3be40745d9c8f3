namespace Kantor.Core.Routing.Policies.Phases;

/// <summary>Which endpoints of a view a request can begin at.</summary>
internal static class PhaseRoles
{
    /// <summary>
    /// The number of leading endpoints at which a request begins: those before the first that goes on with requests, and all where every
    /// one does, which is a decoding pool by itself.
    /// </summary>
    public static int Begins(in FleetView fleet)
    {
        var begins = 0;
        while (begins < fleet.Roles.Length && fleet.Roles[begins] != EndpointRole.Decode) begins++;
        return begins == 0 ? fleet.Endpoints.Length : begins;
    }
}
