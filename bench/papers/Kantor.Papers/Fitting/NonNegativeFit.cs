using System.Numerics;

namespace Kantor.Papers.Fitting;

/// <summary>
/// Least squares with coefficients that are not negative, for a few columns: the best of all subsets of columns whose plain solution is not
/// negative, which is the constrained optimum.
/// </summary>
internal static class NonNegativeFit
{
    // A pivot below this part of its scale means that the column repeats others.
    private const double PivotMin = 1e-9;

    /// <summary>The coefficients, and the sum of squared errors.</summary>
    public static (double[] Coefficients, double Squares) Of(IReadOnlyList<double[]> rows, IReadOnlyList<double> values)
    {
        var columns = rows[0].Length;
        var (normal, moment) = (new double[columns, columns], new double[columns]);
        foreach (var (row, value) in rows.Zip(values))
        {
            for (var i = 0; i < columns; i++)
            {
                for (var j = 0; j < columns; j++) normal[i, j] += row[i] * row[j];
                moment[i] += row[i] * value;
            }
        }

        var squares = values.Sum(value => value * value);
        var best = (Coefficients: new double[columns], Gain: 0.0);
        for (var subset = 1; subset < 1 << columns; subset++)
        {
            if (Solve(normal, moment, subset) is not { } solution || solution.Any(coefficient => coefficient < 0)) continue;
            var gain = solution.Zip(moment).Sum(pair => pair.First * pair.Second);
            if (gain > best.Gain) best = (solution, gain);
        }

        return (best.Coefficients, squares - best.Gain);
    }

    /// <summary>Gaussian elimination on the columns of the subset, each scaled to 1; null when they depend on each other.</summary>
    private static double[]? Solve(double[,] normal, double[] moment, int subset)
    {
        int[] columns = [.. Enumerable.Range(0, moment.Length).Where(column => (subset >> column & 1) != 0)];
        var size = BitOperations.PopCount((uint)subset);
        double Scale(int index) => Math.Sqrt(normal[columns[index], columns[index]]);
        var matrix = new double[size, size + 1];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++) matrix[i, j] = normal[columns[i], columns[j]] / (Scale(i) * Scale(j));
            matrix[i, size] = moment[columns[i]] / Scale(i);
        }

        if (!TryEliminate(matrix, size)) return null;
        var solution = new double[moment.Length];
        for (var i = 0; i < size; i++) solution[columns[i]] = matrix[i, size] / Scale(i);
        return solution;
    }

    private static bool TryEliminate(double[,] matrix, int size)
    {
        for (var pivot = 0; pivot < size; pivot++)
        {
            // The matrix is symmetric and not negative, so that its diagonal needs no exchange of rows.
            if (!(matrix[pivot, pivot] > PivotMin)) return false;
            for (var row = 0; row < size; row++)
            {
                if (row == pivot) continue;
                var factor = matrix[row, pivot] / matrix[pivot, pivot];
                for (var column = pivot; column <= size; column++) matrix[row, column] -= factor * matrix[pivot, column];
            }
        }

        for (var row = 0; row < size; row++) matrix[row, size] /= matrix[row, row];
        return true;
    }
}
