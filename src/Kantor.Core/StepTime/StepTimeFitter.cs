
namespace Kantor.Core.StepTime;

/// <summary>
/// Learns a <see cref="LinearStepTime"/> from executed steps: least squares of c + a·prefill + b·decode + d·resident + e·rows·KV tokens
/// with coefficients that are not negative, over all steps with exponential forgetting. Streaming: only the normal equations are kept.
/// Deterministic.
/// </summary>
/// <remarks>
/// Owner: the host's loop. The constrained optimum is found exactly, by solving each of the 31 subsets of the five columns and keeping the
/// best whose solution is not negative (the active-set view of Lawson and Hanson's NNLS). Columns that the steps so far cannot tell apart
/// are not told apart: the smaller subset wins, the fixed cost before the others.
/// </remarks>
public sealed class StepTimeFitter
{
    private const int Columns = 5;

    // A pivot below this part of its diagonal means that the column repeats those before it.
    private const double DependentPivot = 1e-9;

    // A larger subset must lower the squared error by this part of the sum of squares, which is above rounding.
    private const double ImprovementMin = 1e-12;

    // The streaming quantile moves by so much for a step beyond it, and by the rest of its share for one within it.
    private const double RatioStep = 0.02;
    private const double RatioMax = 2;

    private readonly StepTimeFitterOptions _options;
    private readonly double[] _normal = new double[Columns * Columns];
    private readonly double[] _moment = new double[Columns];
    private double _weight;
    private double _stepUs;
    private double _squares;
    private double _errorWeight;
    private double _errorUs;
    private LinearStepTime _fit;

    /// <summary>A fitter that has seen nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public StepTimeFitter(StepTimeFitterOptions? options = null)
    {
        _options = options ?? new StepTimeFitterOptions();
        _options.Validate();
        _fit = _options.Prior;
    }

    /// <summary>Steps observed.</summary>
    public long Samples { get; private set; }

    /// <summary>
    /// Mean absolute error, in microseconds, of what was forecast for each step before it was seen, recent steps weighing more; null before
    /// the second step.
    /// </summary>
    public double? MeanAbsoluteErrorUs => _errorWeight > 0 ? _errorUs / _errorWeight : null;

    /// <summary>
    /// What a forecast is to be multiplied by so that 95 of 100 steps take no longer, 1 to 2: a streaming quantile of time over forecast
    /// (Robbins and Monro, 1951).
    /// </summary>
    public double UpperRatio { get; private set; } = 1;

    /// <summary>Mean step time in microseconds, recent steps weighing more; null before the first step.</summary>
    public double? MeanStepUs => _weight > 0 ? _stepUs / _weight : null;

    /// <summary>The model that fits best the steps so far; the prior before the first one.</summary>
    public LinearStepTime Fit() => _fit;

    /// <summary>A step with this load took so long.</summary>
    /// <exception cref="ArgumentException">The load is empty: such a step says nothing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative or not a finite number.</exception>
    public void Observe(in StepLoad load, double stepUs)
    {
        if (load.IsEmpty) throw new ArgumentException("An empty step says nothing about step times.", nameof(load));
        if (!double.IsFinite(stepUs) || stepUs < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(stepUs), stepUs, "A step takes a finite time of at least 0 us.");
        }

        if (Samples++ > 0) ScoreForecast(load, stepUs);
        Accumulate([1, load.PrefillTokens, load.DecodeSequences, load.ResidentKvTokens, LinearStepTime.RowKvTokens(load)], stepUs);
        _fit = Solve();
    }

    private void ScoreForecast(in StepLoad load, double stepUs)
    {
        _errorUs = (_errorUs * _options.Forgetting) + Math.Abs(_fit.StepUs(load) - stepUs);
        _errorWeight = (_errorWeight * _options.Forgetting) + 1;
        var isBeyond = stepUs > _fit.StepUs(load) * UpperRatio;
        UpperRatio = Math.Clamp(UpperRatio + (RatioStep * (isBeyond ? 0.95 : -0.05)), 1, RatioMax);
    }

    private void Accumulate(ReadOnlySpan<double> row, double stepUs)
    {
        var weight = _options.Relative ? 1 / Math.Max(1, stepUs * stepUs) : 1;
        for (var i = 0; i < Columns; i++)
        {
            for (var j = 0; j < Columns; j++)
            {
                _normal[(i * Columns) + j] = (_normal[(i * Columns) + j] * _options.Forgetting) + (weight * row[i] * row[j]);
            }

            _moment[i] = (_moment[i] * _options.Forgetting) + (weight * row[i] * stepUs);
        }

        _weight = (_weight * _options.Forgetting) + 1;
        _stepUs = (_stepUs * _options.Forgetting) + stepUs;
        _squares = (_squares * _options.Forgetting) + (weight * stepUs * stepUs);
    }

    private LinearStepTime Solve()
    {
        Span<double> best = stackalloc double[Columns];
        Span<double> candidate = stackalloc double[Columns];
        var explained = 0.0;
        for (var size = 1; size <= Columns; size++)
        {
            for (var subset = 1; subset < 1 << Columns; subset++)
            {
                if (System.Numerics.BitOperations.PopCount((uint)subset) != size || !TrySolve(subset, candidate, out var gain)) continue;
                if (gain <= explained + (ImprovementMin * _squares)) continue;
                explained = gain;
                candidate.CopyTo(best);
            }
        }

        return new LinearStepTime(best[0], best[1], best[2], best[3], best[4]);
    }

    /// <summary>
    /// Least squares on the subset's columns by Cholesky decomposition of the scaled normal equations; false when the columns are dependent
    /// or a coefficient would be negative. The gain is the part of the sum of squares that the solution explains.
    /// </summary>
    private bool TrySolve(int subset, Span<double> solution, out double gain)
    {
        Span<int> columns = stackalloc int[Columns];
        var count = 0;
        for (var column = 0; column < Columns; column++)
        {
            if ((subset >> column & 1) != 0) columns[count++] = column;
        }

        columns = columns[..count];
        Span<double> lower = stackalloc double[Columns * Columns];
        Span<double> scaled = stackalloc double[Columns];
        solution.Clear();
        gain = 0;
        if (!TryDecompose(columns, lower)) return false;
        Substitute(columns, lower, scaled);
        for (var i = 0; i < count; i++)
        {
            if (scaled[i] < 0) return false;
            solution[columns[i]] = scaled[i] / Scale(columns[i]);
            gain += solution[columns[i]] * _moment[columns[i]];
        }

        return true;
    }

    private bool TryDecompose(ReadOnlySpan<int> columns, Span<double> lower)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (Scale(columns[i]) == 0) return false;
            for (var j = 0; j <= i; j++)
            {
                var sum = _normal[(columns[i] * Columns) + columns[j]] / (Scale(columns[i]) * Scale(columns[j]));
                for (var k = 0; k < j; k++) sum -= lower[(i * Columns) + k] * lower[(j * Columns) + k];
                if (i == j && sum < DependentPivot) return false;
                lower[(i * Columns) + j] = i == j ? Math.Sqrt(sum) : sum / lower[(j * Columns) + j];
            }
        }

        return true;
    }

    private void Substitute(ReadOnlySpan<int> columns, ReadOnlySpan<double> lower, Span<double> x)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            x[i] = _moment[columns[i]] / Scale(columns[i]);
            for (var k = 0; k < i; k++) x[i] -= lower[(i * Columns) + k] * x[k];
            x[i] /= lower[(i * Columns) + i];
        }

        for (var i = columns.Length - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < columns.Length; k++) x[i] -= lower[(k * Columns) + i] * x[k];
            x[i] /= lower[(i * Columns) + i];
        }
    }

    private double Scale(int column) => Math.Sqrt(_normal[(column * Columns) + column]);
}
