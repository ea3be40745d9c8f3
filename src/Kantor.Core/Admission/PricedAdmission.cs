using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Prices;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;

namespace Kantor.Core.Admission;

/// <summary>
/// Lets in who is worth more than the machine time that it takes at the best endpoint: its value by the probability that its limit is kept,
/// against prompt milliseconds at the price that those pay who were turned away (prices 3). Whose limit cannot be kept even alone is
/// refused at once.
/// </summary>
/// <remarks>
/// The price is 0 while nobody is turned away, so that below saturation all are let in. Requests without a limit are let in: what they lose
/// by waiting, they decide by staying. Where step times are no times, all are let in.
/// </remarks>
public sealed class PricedAdmission : IAdmission
{
    // Prompt tokens of the step by which the time of a token is reckoned.
    private const int StepTokens = 512;

    // Spread of the forecast of a wait, as a share of the limit.
    private const double SpreadShare = 0.05;

    private readonly PricedAdmissionOptions _options;

    /// <summary>The policy with its defaults, or others.</summary>
    public PricedAdmission(PricedAdmissionOptions? options = null)
    {
        _options = options ?? new PricedAdmissionOptions();
        Name = PolicySpec.Of("priced", PricedAdmissionOptions.Keys, _options).ToString();
    }

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "lets in whose expected value is above the price of the machine time it takes", "own; bid prices, prices 2 and 3")
    {
        Model = "each endpoint one machine that serves in order of arrival",
        Information = LengthInformation.None,
        Evidence = Evidence.Own,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Signals Reads => FirstToken.Reads | Signals.Work;

    /// <inheritdoc/>
    public PolicyState NewState() => new PricedAdmissionState();

    /// <inheritdoc/>
    public Verdict Judge(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        if (FirstToken.DueUs(request, fleet) is not { } dueUs || fleet.Endpoints.IsEmpty) return Verdict.Accept;
        var (aheadMs, ownMs) = Best(request, fleet);
        if (!double.IsFinite(aheadMs + ownMs)) return Verdict.Accept;
        var (slackMs, value) = ((dueUs - fleet.NowUs) / 1e3, fleet.ServiceClasses[request.Class].Value);
        if (slackMs < ownMs) return LateOption.Verdict(_options.Late, fleet, RefusalReason.DeadlineMissed);
        return IsWorthIt(request, fleet, (PricedAdmissionState)state, new Forecast(value, slackMs - aheadMs - ownMs, ownMs, dueUs))
            ? Verdict.Accept
            : LateOption.Verdict(_options.Late, fleet, RefusalReason.PricedOut);
    }

    private static bool IsWorthIt(RequestFacts request, in FleetView fleet, PricedAdmissionState memory, in Forecast of)
    {
        var (value, slackMs, ownMs, dueUs) = of;
        var spreadMs = SpreadShare * (dueUs - request.ArrivalUs) / 1e3;
        var expected = value * Valuation.KeptShare(slackMs, Math.Max(1e-3, spreadMs));
        var price = memory.Machine.At(fleet.NowUs);
        fleet.Log?.Write(DecisionKind.Refuse, request.Id, 0, [
            new("expected-value", expected), new("cost", ownMs * price), new("slack-ms", slackMs),
            new("price-per-ms", price, fleet.NowUs - (memory.Machine.BidUs ?? fleet.NowUs))]);
        if (expected >= value / 2) return expected >= ownMs * price;
        // Who finds no room in time would have paid its value for its milliseconds.
        memory.Machine.TryBid(value / ownMs, fleet.NowUs);
        return false;
    }

    /// <summary>Milliseconds of work ahead and of its own where both together are least.</summary>
    private static (double AheadMs, double OwnMs) Best(RequestFacts request, in FleetView fleet)
    {
        var best = (AheadMs: double.PositiveInfinity, OwnMs: double.PositiveInfinity);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var stepUs = fleet.StepTimes[place].StepUs(new StepLoad(StepTokens, fleet.Endpoints[place].Running, 0, 0));
            var tokenMs = stepUs / StepTokens / 1e3;
            var ownMs = FirstToken.LeastUs(request, fleet, place) / 1e3;
            var aheadMs = fleet.QueuedTokens[place] * tokenMs;
            if (aheadMs + ownMs < best.AheadMs + best.OwnMs) best = (aheadMs, ownMs);
        }

        return best;
    }

    /// <summary>Its value, the slack that is left after the queue and its own work, that work, and when its first token is due.</summary>
    private readonly record struct Forecast(double Value, double SlackMs, double OwnMs, long DueUs);
}

/// <summary>The price of machine time that an admission has learned.</summary>
internal sealed class PricedAdmissionState : PolicyState
{
    private const double HalfLifeUs = 2_000_000;
    private const double Damping = 0.1;

    /// <summary>Value of a millisecond of machine time.</summary>
    public ScarcityPrice Machine { get; } = new(HalfLifeUs, Damping);
}
