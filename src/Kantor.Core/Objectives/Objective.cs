using System.Globalization;
using Kantor.Core.Requests;

namespace Kantor.Core.Objectives;

/// <summary>
/// What the operator wants, in one line: <c>goodput(ttft=2s,itl=100ms) weights {gold: 3, free: 1}</c>, <c>latency(mean-e2e)</c>,
/// <c>tail(p99-ttft)</c>, <c>throughput</c>, and sums of these, each with a factor: <c>throughput + 10*latency(mean-ttft)</c>. More is
/// better.
/// </summary>
public sealed record Objective
{
    /// <summary>How objectives are written.</summary>
    public const string Help =
        "goodput(ttft=2s,itl=100ms), latency(mean-e2e), tail(p99-ttft), throughput, sums of these with factors "
        + "(throughput + 10*latency(mean-ttft)); then, for service classes, weights {gold: 3, free: 1}";

    private readonly Lazy<ServiceClassTable> _classes;

    internal Objective(IReadOnlyList<ObjectiveTerm> terms, IReadOnlyList<ClassWeight> weights)
    {
        (Terms, Weights) = (terms, weights);
        _classes = new(NewClasses);
    }

    /// <summary>What is added up; at least one term, of each kind of goodput and throughput at most one.</summary>
    public IReadOnlyList<ObjectiveTerm> Terms { get; }

    /// <summary>The service classes, numbered in this order from 0; none for one class of all.</summary>
    public IReadOnlyList<ClassWeight> Weights { get; }

    /// <summary>What a request has to meet to count as good; without a goodput term it only has to be whole.</summary>
    public SloSpec Slo => Terms.OfType<GoodputTerm>().FirstOrDefault()?.Slo ?? new SloSpec();

    /// <summary>The service classes with what they are worth and want.</summary>
    public ServiceClassTable Classes => _classes.Value;

    /// <summary>Requests that meet these, all of one class.</summary>
    public static Objective Goodput(SloSpec slo) => new([new GoodputTerm(1, slo)], []);

    /// <summary>Reads the line; false with what is wrong, at which column, and what would be right.</summary>
    public static bool TryParse(string text, out Objective objective, out string error) =>
        ObjectiveParser.TryParse(text, out objective, out error);

    /// <summary>Two objectives are equal when they are written alike.</summary>
    public bool Equals(Objective? other) => other?.ToString() == ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The line, as <see cref="TryParse"/> reads it.</summary>
    public override string ToString() =>
        string.Join(" + ", Terms) + (Weights.Count == 0 ? "" : $" weights {{{string.Join(", ", Weights)}}}");

    private double LatencyFactor(LatencyKind kind) => Terms.OfType<LatencyTerm>().Where(term => term.Kind == kind).Sum(term => term.Factor);

    private ServiceClassTable NewClasses()
    {
        var paysAnswers = Terms.OfType<GoodputTerm>().Any();
        ServiceClass New(int number, string name, double weight) =>
            new(new ClassId(number), name, weight, Slo)
            {
                Value = paysAnswers ? weight : 0,
                FirstTokenRate = weight * LatencyFactor(LatencyKind.Ttft),
                EndRate = weight * LatencyFactor(LatencyKind.E2e),
            };
        return new([.. Weights.Select((weight, number) => New(number, weight.Name, weight.Weight))], New(Weights.Count, "default", 1));
    }
}

/// <summary>A service class and how much each of its requests counts.</summary>
/// <param name="Name">Its name: letters, digits, '-', '_' and '.'.</param>
/// <param name="Weight">Above 0 and below 1e9.</param>
public readonly record struct ClassWeight(string Name, double Weight)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Weight:R}");
}
