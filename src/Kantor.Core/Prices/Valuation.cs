using Kantor.Core.Objectives;

namespace Kantor.Core.Prices;

/// <summary>
/// What a request is worth and what a delay takes off, from the declared objective: own derivation, prices 1. Pure functions; values are
/// in the unit of the objective, rates in value per millisecond.
/// </summary>
public static class Valuation
{
    /// <summary>Milliseconds of a second, the unit in which objectives count latencies.</summary>
    private const double SecondMs = 1_000;

    /// <summary>
    /// The probability that a limit is kept when forecasts of the time that is left err by about this spread: logistic in slack ÷ spread.
    /// </summary>
    /// <param name="slackMs">Time that is forecast to be left over; below 0 when the forecast says late.</param>
    /// <param name="spreadMs">Scale of the forecasts' errors, above 0.</param>
    public static double KeptShare(double slackMs, double spreadMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(spreadMs);
        return 1 / (1 + Math.Exp(-slackMs / spreadMs));
    }

    /// <summary>
    /// What a millisecond more takes off an answer that is paid when a limit is kept: the density of <see cref="KeptShare"/> times the
    /// value. Near 0 with an hour of slack, and near 0 once nothing can be saved; at most value ÷ (4 × spread).
    /// </summary>
    public static double LimitRate(double value, double slackMs, double spreadMs)
    {
        var kept = KeptShare(slackMs, spreadMs);
        return value * kept * (1 - kept) / spreadMs;
    }

    /// <summary>What a millisecond more takes off by the latencies that the objective counts; 0 when it counts none.</summary>
    public static double LatencyRate(ServiceClass serviceClass, bool hasFirstToken)
    {
        ArgumentNullException.ThrowIfNull(serviceClass);
        return (serviceClass.EndRate + (hasFirstToken ? 0 : serviceClass.FirstTokenRate)) / SecondMs;
    }

    /// <summary>
    /// The delay rate of a request, u = −∂U/∂delay: what it loses by latencies, and by the limit of which it has this much slack.
    /// </summary>
    /// <param name="serviceClass">Its class.</param>
    /// <param name="slackMs">Slack to its tightest limit after the work ahead of it; null without a limit, below 0 when late.</param>
    /// <param name="spreadMs">Scale of the slack's errors, above 0.</param>
    /// <param name="hasFirstToken">Whether its first token is there.</param>
    public static double DelayRate(ServiceClass serviceClass, double? slackMs, double spreadMs, bool hasFirstToken)
    {
        ArgumentNullException.ThrowIfNull(serviceClass);
        var byLimit = slackMs is { } slack ? LimitRate(serviceClass.Value, slack, spreadMs) : 0;
        return byLimit + LatencyRate(serviceClass, hasFirstToken);
    }

    /// <summary>Whether the class has a limit to keep and is paid for keeping it.</summary>
    public static bool PaysLimits(ServiceClass serviceClass)
    {
        ArgumentNullException.ThrowIfNull(serviceClass);
        var slo = serviceClass.Slo;
        return serviceClass.Value > 0 && (slo.TtftUsMax ?? slo.E2eUsMax ?? slo.GapUsMax ?? slo.TpotUsMax) is not null;
    }
}
