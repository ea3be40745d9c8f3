using Kantor.Core.Randomness;

namespace Kantor.Workloads.Generators;

/// <summary>Lengths as they were counted: each with its weight.</summary>
public sealed record EmpiricalLength : LengthLaw
{
    private readonly int[] _lengths;
    private readonly double[] _cumulative;

    /// <summary>Lengths and their weights, at least one with a weight above 0. A length below the least counts as that.</summary>
    /// <exception cref="ArgumentException">No weight is above 0, or one is negative or not finite.</exception>
    public EmpiricalLength(IEnumerable<KeyValuePair<int, double>> weights, int tokensMin = 1)
        : base(tokensMin, int.MaxValue)
    {
        var ascending = weights.OrderBy(entry => entry.Key).ToArray();
        if (ascending.Any(entry => entry.Value is not >= 0 || !double.IsFinite(entry.Value)) || !ascending.Any(entry => entry.Value > 0))
        {
            throw new ArgumentException("Weights are at least 0 and finite, one of them above 0.", nameof(weights));
        }

        _lengths = [.. ascending.Select(entry => entry.Key)];
        _cumulative = new double[ascending.Length];
        var total = 0.0;
        for (var index = 0; index < ascending.Length; index++) _cumulative[index] = total += ascending[index].Value;
    }

    /// <summary>Lengths that are drawn with equal chances.</summary>
    public static EmpiricalLength Of(IEnumerable<int> lengths) =>
        new(lengths.GroupBy(length => length).Select(group => KeyValuePair.Create(group.Key, (double)group.Count())));

    /// <inheritdoc/>
    protected override double DrawUnclipped(RandomStream random) => _lengths[Choice.Draw(_cumulative, random)];
}
