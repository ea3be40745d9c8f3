using System.Globalization;

namespace Kantor.Core.Objectives;

/// <summary>One thing that an <see cref="Objective"/> adds up.</summary>
/// <param name="Factor">What it is multiplied by, above 0.</param>
public abstract record ObjectiveTerm(double Factor)
{
    /// <summary>The term as it is written, without its factor.</summary>
    protected abstract string Text { get; }

    /// <inheritdoc/>
    public sealed override string ToString() => Factor == 1 ? Text : string.Create(CultureInfo.InvariantCulture, $"{Factor:R}*{Text}");
}

/// <summary>Requests per second that met all of these, by the weights of their classes.</summary>
public sealed record GoodputTerm(double Factor, SloSpec Slo) : ObjectiveTerm(Factor)
{
    /// <inheritdoc/>
    protected override string Text => $"goodput({Slo})";
}

/// <summary>Minus the mean of a latency in seconds.</summary>
public sealed record LatencyTerm(double Factor, LatencyKind Kind) : ObjectiveTerm(Factor)
{
    /// <inheritdoc/>
    protected override string Text => $"latency(mean-{LatencyKinds.NameOf(Kind)})";
}

/// <summary>Minus a percentile of a latency in seconds.</summary>
/// <param name="Factor">What it is multiplied by, above 0.</param>
/// <param name="Percent">The percentile, above 0 and below 100.</param>
/// <param name="Kind">Of what.</param>
public sealed record TailTerm(double Factor, double Percent, LatencyKind Kind) : ObjectiveTerm(Factor)
{
    /// <inheritdoc/>
    protected override string Text => string.Create(CultureInfo.InvariantCulture, $"tail(p{Percent:R}-{LatencyKinds.NameOf(Kind)})");
}

/// <summary>Generated tokens per second.</summary>
public sealed record ThroughputTerm(double Factor) : ObjectiveTerm(Factor)
{
    /// <inheritdoc/>
    protected override string Text => "throughput";
}
