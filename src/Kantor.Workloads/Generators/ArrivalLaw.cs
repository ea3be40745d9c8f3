using Kantor.Core.Randomness;

namespace Kantor.Workloads.Generators;

/// <summary>When requests come.</summary>
public abstract record ArrivalLaw
{
    /// <summary>Arrival times in microseconds since the start, ascending; endless unless the law says otherwise.</summary>
    public abstract IEnumerable<double> TimesUs(RandomStream random);

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public abstract void Validate();

    /// <summary>Refuses what is not above 0 and finite.</summary>
    private protected static void RequirePositive(double value, string name)
    {
        if (value is not > 0 || !double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is above 0 and finite.");
        }
    }
}

/// <summary>Everything at time 0.</summary>
public sealed record ArrivalsAtOnce : ArrivalLaw
{
    /// <inheritdoc/>
    public override IEnumerable<double> TimesUs(RandomStream random)
    {
        while (true) yield return 0;
    }

    /// <inheritdoc/>
    public override void Validate()
    {
    }
}

/// <summary>Independent gaps of one law between arrivals (a renewal process).</summary>
/// <param name="RatePerS">Arrivals per second, above 0.</param>
public abstract record RenewalArrivals(double RatePerS) : ArrivalLaw
{
    /// <inheritdoc/>
    public override IEnumerable<double> TimesUs(RandomStream random)
    {
        var atUs = 0.0;
        while (true) yield return atUs += DrawGap(random) / RatePerS * 1e6;
    }

    /// <inheritdoc/>
    public override void Validate() => RequirePositive(RatePerS, nameof(RatePerS));

    /// <summary>A gap of mean 1.</summary>
    protected abstract double DrawGap(RandomStream random);
}

/// <summary>A Poisson process: the gaps' coefficient of variation is 1.</summary>
public sealed record PoissonArrivals(double RatePerS) : RenewalArrivals(RatePerS)
{
    /// <inheritdoc/>
    protected override double DrawGap(RandomStream random) => Draws.Exponential(random);
}

/// <summary>Gamma gaps.</summary>
/// <param name="RatePerS">Arrivals per second, above 0.</param>
/// <param name="Cv">Coefficient of variation of the gaps, 0.01 to 20: above 1 burstier than Poisson.</param>
public sealed record GammaArrivals(double RatePerS, double Cv) : RenewalArrivals(RatePerS)
{
    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Cv is not (>= 0.01 and <= 20)) throw new ArgumentOutOfRangeException(nameof(Cv), Cv, "Cv lies in 0.01 to 20.");
    }

    /// <inheritdoc/>
    protected override double DrawGap(RandomStream random) => Draws.Gamma(random, 1 / (Cv * Cv)) * Cv * Cv;
}

/// <summary>Weibull gaps.</summary>
/// <param name="RatePerS">Arrivals per second, above 0.</param>
/// <param name="Cv">Coefficient of variation of the gaps, 0.01 to 20: above 1 burstier than Poisson.</param>
public sealed record WeibullArrivals(double RatePerS, double Cv) : RenewalArrivals(RatePerS)
{
    private readonly double _shape = Draws.WeibullShape(Cv);

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (Cv is not (>= 0.01 and <= 20)) throw new ArgumentOutOfRangeException(nameof(Cv), Cv, "Cv lies in 0.01 to 20.");
    }

    /// <inheritdoc/>
    protected override double DrawGap(RandomStream random) => Draws.Weibull(random, _shape) / Math.Exp(Draws.LogGamma(1 + (1 / _shape)));
}

/// <summary>A Poisson process whose rate alternates between two values for exponential times; it starts in the ON phase.</summary>
/// <param name="OnRatePerS">Arrivals per second in ON, above 0.</param>
/// <param name="OffRatePerS">Arrivals per second in OFF, at least 0.</param>
/// <param name="OnMeanS">Mean length of an ON phase, above 0.</param>
/// <param name="OffMeanS">Mean length of an OFF phase, above 0.</param>
public sealed record OnOffArrivals(double OnRatePerS, double OffRatePerS, double OnMeanS, double OffMeanS) : ArrivalLaw
{
    /// <inheritdoc/>
    public override IEnumerable<double> TimesUs(RandomStream random)
    {
        var (atS, isOn) = (0.0, true);
        while (true)
        {
            var endS = atS + (Draws.Exponential(random) * (isOn ? OnMeanS : OffMeanS));
            var rate = isOn ? OnRatePerS : OffRatePerS;
            while (rate > 0 && (atS += Draws.Exponential(random) / rate) < endS) yield return atS * 1e6;
            (atS, isOn) = (endS, !isOn);
        }
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(OnRatePerS, nameof(OnRatePerS));
        RequirePositive(OnMeanS, nameof(OnMeanS));
        RequirePositive(OffMeanS, nameof(OffMeanS));
        if (OffRatePerS is not >= 0 || !double.IsFinite(OffRatePerS))
        {
            throw new ArgumentOutOfRangeException(nameof(OffRatePerS), OffRatePerS, "OffRatePerS is at least 0 and finite.");
        }
    }
}

/// <summary>
/// A Poisson process whose rate swings as a sine about its mean, lowest at the start of each period (drawn by thinning, Lewis and Shedler
/// 1979).
/// </summary>
/// <param name="RatePerS">Mean arrivals per second, above 0.</param>
/// <param name="Amplitude">Swing as a share of the mean, 0 to 1: the peak rate is mean · (1 + amplitude).</param>
/// <param name="PeriodS">Seconds from trough to trough, above 0.</param>
public sealed record DiurnalArrivals(double RatePerS, double Amplitude, double PeriodS) : ArrivalLaw
{
    /// <inheritdoc/>
    public override IEnumerable<double> TimesUs(RandomStream random)
    {
        var atS = 0.0;
        while (true)
        {
            atS += Draws.Exponential(random) / (RatePerS * (1 + Amplitude));
            var share = (1 - (Amplitude * Math.Cos(2 * Math.PI * atS / PeriodS))) / (1 + Amplitude);
            if (random.NextDouble() < share) yield return atS * 1e6;
        }
    }

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(RatePerS, nameof(RatePerS));
        RequirePositive(PeriodS, nameof(PeriodS));
        if (Amplitude is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Amplitude), Amplitude, "Amplitude lies in 0 to 1.");
        }
    }
}

/// <summary>Another law between two moments only: a flood. The law's time 0 is the first moment; the times end at the second.</summary>
/// <param name="Law">What happens between.</param>
/// <param name="FromS">First moment, at least 0.</param>
/// <param name="ToS">Second moment, after the first.</param>
public sealed record WindowArrivals(ArrivalLaw Law, double FromS, double ToS) : ArrivalLaw
{
    /// <inheritdoc/>
    public override IEnumerable<double> TimesUs(RandomStream random) =>
        Law.TimesUs(random).Select(atUs => (FromS * 1e6) + atUs).TakeWhile(atUs => atUs < ToS * 1e6);

    /// <inheritdoc/>
    public override void Validate()
    {
        Law.Validate();
        if (Law is ArrivalsAtOnce) throw new ArgumentOutOfRangeException(nameof(Law), Law, "A window of arrivals at once would never end.");
        if (FromS is not >= 0 || !double.IsFinite(FromS))
        {
            throw new ArgumentOutOfRangeException(nameof(FromS), FromS, "FromS is at least 0 and finite.");
        }

        if (!(ToS > FromS) || !double.IsFinite(ToS))
        {
            throw new ArgumentOutOfRangeException(nameof(ToS), ToS, "ToS is after FromS and finite.");
        }
    }
}
