using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;

namespace Kantor.Core.Admission;

/// <summary>
/// Turns away who provably cannot make it: its first token would be late even if it were computed at once, alone, at the best endpoint. Who
/// is let in may still be late; who is not would have been under every policy.
/// </summary>
public sealed class DeadlineProvableAdmission(DeadlineProvableOptions? options = null) : IAdmission
{
    private readonly DeadlineProvableOptions _options = options ?? new DeadlineProvableOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "turns away whose first token would be late even if it came first",
        "common sense; research notes, theory 5: shed only when provably missed")
    {
        Model = "step times as modelled, and no shorter for a prompt that is cut or shares its steps; endpoints as they are now",
        Guarantee = "nobody who is turned away could have kept its objectives under any policy",
        Information = LengthInformation.None,
        Evidence = Evidence.Own,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("deadline-provable", DeadlineProvableOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => FirstToken.Reads;

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public Verdict Judge(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        if (FirstToken.DueUs(request, fleet) is not { } dueUs || fleet.Endpoints.IsEmpty) return Verdict.Accept;
        var leastUs = double.PositiveInfinity;
        for (var place = 0; place < fleet.Endpoints.Length; place++) leastUs = Math.Min(leastUs, FirstToken.LeastUs(request, fleet, place));
        fleet.Log?.Write(DecisionKind.Refuse, request.Id, 0, [new("least-us", leastUs), new("slack-us", dueUs - fleet.NowUs)]);
        return fleet.NowUs + leastUs <= dueUs ? Verdict.Accept : LateOption.Verdict(_options.Late, fleet, RefusalReason.DeadlineMissed);
    }
}
