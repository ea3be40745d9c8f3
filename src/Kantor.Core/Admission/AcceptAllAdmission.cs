using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;

namespace Kantor.Core.Admission;

/// <summary>Everybody is let in.</summary>
public sealed class AcceptAllAdmission : IAdmission
{
    /// <inheritdoc/>
    public string Name => "accept-all";

    /// <inheritdoc/>
    public Signals Reads => Signals.None;

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public Verdict Judge(RequestFacts request, in FleetView fleet, PolicyState state) => Verdict.Accept;
}
