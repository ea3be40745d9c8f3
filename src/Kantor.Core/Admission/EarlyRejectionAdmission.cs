using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;

namespace Kantor.Core.Admission;

/// <summary>
/// Mooncake's early rejection (arXiv 2407.00079, its section on overload): before anything is computed for a request, the load of prefill
/// and of decoding is predicted, each as predicted time over the objective, and above a threshold the request is turned away. With
/// prediction the decodes count as they will be when its prompt is ready, every one taken to decode for the same time; without, as they
/// are, by which acceptance swings: a burst is let in while nothing decodes yet.
/// </summary>
/// <remarks>
/// Prefill is predicted from the tokens that are missing at the best endpoint, which its queue computes in order of arrival; decoding from
/// a step of all decodes, spread evenly over the endpoints.
/// </remarks>
public sealed class EarlyRejectionAdmission(EarlyRejectionOptions? options = null) : IAdmission
{
    private readonly EarlyRejectionOptions _options = options ?? new EarlyRejectionOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "turns away when the predicted first token or the predicted gap exceeds the objective",
        "Mooncake, arXiv 2407.00079, early rejection")
    {
        Model = "queues in order of arrival; every request decodes for the same time",
        Information = LengthInformation.Class,
        Evidence = Evidence.Reconstructed,
        Cost = "O(endpoints + requests in flight)",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("early-rejection", EarlyRejectionOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => FirstToken.Reads | Signals.Work;

    /// <inheritdoc/>
    public PolicyState NewState() => new EarlyRejectionState();

    /// <inheritdoc/>
    public Verdict Judge(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        if (fleet.Endpoints.IsEmpty) return Verdict.Accept;
        var memory = (EarlyRejectionState)state;
        var firstTokenUs = FirstTokenUs(request, fleet);
        memory.Expect(request.Id, fleet.NowUs + (long)firstTokenUs);
        var load = Math.Max(PrefillLoad(request, fleet, firstTokenUs), DecodeLoad(request, fleet, memory, firstTokenUs));
        fleet.Log?.Write(DecisionKind.Refuse, request.Id, 0, [new("first-token-us", firstTokenUs), new("load-share", load)]);
        return load <= _options.LoadMax ? Verdict.Accept : LateOption.Verdict(_options.Late, fleet, RefusalReason.Shedding);
    }

    /// <summary>Time to its first token behind the queue of the endpoint where that is shortest.</summary>
    private static double FirstTokenUs(RequestFacts request, in FleetView fleet)
    {
        var leastUs = double.PositiveInfinity;
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var tokens = (int)Math.Min(int.MaxValue / 2, fleet.QueuedTokens[place] + FirstToken.Missing(request, fleet, place));
            leastUs = Math.Min(leastUs, fleet.StepTimes[place].StepUs(new StepLoad(tokens, 0, 0, (double)tokens * request.PromptTokens)));
        }

        return leastUs;
    }

    private static double PrefillLoad(RequestFacts request, in FleetView fleet, double firstTokenUs) =>
        FirstToken.DueUs(request, fleet) is { } dueUs ? (fleet.NowUs + firstTokenUs - request.ArrivalUs) / (dueUs - request.ArrivalUs) : 0;

    private double DecodeLoad(RequestFacts request, in FleetView fleet, EarlyRejectionState memory, double firstTokenUs)
    {
        var slo = fleet.ServiceClasses[request.Class].Slo;
        if ((slo.GapUsMax ?? slo.TpotUsMax) is not { } gapUs) return 0;
        var (running, stepUs) = (0, 0.0);
        foreach (ref readonly var endpoint in fleet.Endpoints) running += endpoint.Running;
        var decodes = _options.Predicts
            ? memory.DecodingAt(fleet.NowUs + (long)firstTokenUs, _options.DecodeMs * 1000L)
            : running;
        var share = (decodes / fleet.Endpoints.Length) + 1;
        foreach (var stepTime in fleet.StepTimes) stepUs = Math.Max(stepUs, stepTime.StepUs(Decodes(share, request.PromptTokens)));
        return stepUs / gapUs;
    }

    /// <summary>A step of decodes; nothing is known of the contexts of others, so they are taken for as long as its own.</summary>
    private static StepLoad Decodes(int count, int contextTokens) => new(0, count, (long)count * contextTokens, 0);
}
