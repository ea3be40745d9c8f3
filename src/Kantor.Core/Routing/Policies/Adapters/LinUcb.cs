namespace Kantor.Core.Routing.Policies.Adapters;

/// <summary>
/// One arm of a linear bandit: what it gives is believed to be linear in the context, with a bonus for what is not known yet (Li, Chu,
/// Langford, Schapire, 2010). Inverse by Sherman and Morrison, so that learning costs O(d²).
/// </summary>
public sealed class LinUcb
{
    private readonly double[] _inverse;
    private readonly double[] _rewards;
    private readonly double[] _theta;
    private readonly double[] _scratch;
    private readonly int _dimensions;

    /// <summary>An arm of which nothing is known.</summary>
    /// <param name="dimensions">Numbers of a context, at least 1.</param>
    public LinUcb(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        _dimensions = dimensions;
        _inverse = new double[dimensions * dimensions];
        (_rewards, _theta, _scratch) = (new double[dimensions], new double[dimensions], new double[dimensions]);
        for (var row = 0; row < dimensions; row++) _inverse[(row * dimensions) + row] = 1;
    }

    /// <summary>What the arm gives in a context, with <paramref name="alpha"/> times how little is known of that.</summary>
    /// <exception cref="ArgumentException">The context has another number of dimensions.</exception>
    public double Upper(ReadOnlySpan<double> context, double alpha)
    {
        Project(context);
        var (mean, doubt) = (0.0, 0.0);
        for (var row = 0; row < _dimensions; row++)
        {
            mean += _theta[row] * context[row];
            doubt += _scratch[row] * context[row];
        }

        return mean + (alpha * Math.Sqrt(Math.Max(0, doubt)));
    }

    /// <summary>The arm gave so much in a context.</summary>
    /// <exception cref="ArgumentException">The context has another number of dimensions.</exception>
    public void Learn(ReadOnlySpan<double> context, double reward)
    {
        Project(context);
        var divisor = 1.0;
        for (var row = 0; row < _dimensions; row++)
        {
            divisor += _scratch[row] * context[row];
            _rewards[row] += reward * context[row];
        }

        for (var row = 0; row < _dimensions; row++)
        {
            _theta[row] = 0;
            for (var column = 0; column < _dimensions; column++)
            {
                ref var cell = ref _inverse[(row * _dimensions) + column];
                cell -= _scratch[row] * _scratch[column] / divisor;
                _theta[row] += cell * _rewards[column];
            }
        }
    }

    /// <summary>The inverse times the context.</summary>
    private void Project(ReadOnlySpan<double> context)
    {
        if (context.Length != _dimensions)
        {
            throw new ArgumentException($"The context has {context.Length} numbers; it must have {_dimensions}.", nameof(context));
        }

        for (var row = 0; row < _dimensions; row++)
        {
            var sum = 0.0;
            for (var column = 0; column < _dimensions; column++) sum += _inverse[(row * _dimensions) + column] * context[column];
            _scratch[row] = sum;
        }
    }
}
