using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Prediction;

/// <summary>
/// How long outputs of one kind last: in each cell of lengths the share of those that came into it that end in it. What still runs, was
/// cancelled or cut by its limit counts as far as it came, so that short answers are not overrated because they end first.
/// </summary>
/// <remarks>
/// The product of what is left is the estimator of Kaplan and Meier (1958) where cells are a token wide, and that of life tables elsewhere,
/// with ends spread evenly over a cell. Beyond the last token that was seen, outputs follow a power law with exponent 2, by which a request
/// is half over (Lindy's law).
/// </remarks>
internal sealed class SurvivalCurve(double keptPerEnd) : ILengthLaw
{
    private const double LindyExponent = 2;
    private const int TokensMax = int.MaxValue / 2;

    // Tokens generated in each cell; whoever ends in one counts to its end.
    private readonly double[] _exposed = new double[LengthGrid.Cells];
    private readonly double[] _ended = new double[LengthGrid.Cells];

    // Written anew when something has ended: log of the survival to the start of a cell, the share that ends in it, and tokens still to
    // come at its start.
    private readonly double[] _logTo = new double[LengthGrid.Cells + 1];
    private readonly double[] _endShare = new double[LengthGrid.Cells];
    private readonly double[] _restAt = new double[LengthGrid.Cells + 1];
    private int _cells;
    private bool _isStale = true;

    /// <summary>Answers that ended by themselves or at their limit.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens were generated after so many others.</summary>
    public void Expose(int tokensBefore, int tokens)
    {
        var end = tokensBefore + tokens;
        while (tokensBefore < end)
        {
            var cell = LengthGrid.CellOf(tokensBefore);
            var until = cell == LengthGrid.Cells - 1 ? end : Math.Min(end, LengthGrid.StartOf(cell + 1));
            _exposed[cell] += until - tokensBefore;
            tokensBefore = until;
        }
    }

    /// <summary>A request ended after at least a token, all of which were exposed before.</summary>
    public void End(in RequestEnd end)
    {
        if (end.Outcome is RequestOutcome.Stopped)
        {
            var last = LengthGrid.CellOf(end.GeneratedTokens - 1);
            _ended[last]++;
            _exposed[last] += Math.Max(0, LengthGrid.StartOf(last + 1) - end.GeneratedTokens);
        }

        if (end.IsCompleted) Count++;
        for (var cell = 0; cell < LengthGrid.Cells && keptPerEnd < 1; cell++)
        {
            _exposed[cell] *= keptPerEnd;
            _ended[cell] *= keptPerEnd;
        }

        _isStale = true;
    }

    /// <summary>Tokens still to come after so many, if nothing ends it before the limit; at least 0.</summary>
    public double Remaining(int given, int limit)
    {
        Refresh();
        return Rest(given) - (Survival(limit, given) * Rest(limit));
    }

    public double Survival(int tokens, int given)
    {
        Refresh();
        return tokens <= given ? 1 : Math.Exp(LogSurvival(tokens) - LogSurvival(given));
    }

    public int Quantile(double share, int given)
    {
        Refresh();
        // A share that is met but for rounding is met.
        var wanted = 1 - share + 1e-13;
        var tokens = Math.Clamp(FirstBelow(Math.Log(wanted) + LogSurvival(given)), given + 1, TokensMax);
        while (tokens > given + 1 && Survival(tokens - 1, given) <= wanted) tokens--;
        while (tokens < TokensMax && Survival(tokens, given) > wanted) tokens++;
        return tokens;
    }

    /// <summary>The first length whose survival is at most that of a logarithm, to a token or two by rounding.</summary>
    private int FirstBelow(double logSurvival)
    {
        var (low, high) = (0, _cells);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_logTo[middle + 1] <= logSurvival) high = middle;
            else low = middle + 1;
        }

        var start = LengthGrid.StartOf(low);
        if (low == _cells)
        {
            return (int)Math.Min(TokensMax, Math.Ceiling(Math.Max(1, start) * Math.Exp((_logTo[low] - logSurvival) / LindyExponent)));
        }

        var ended = 1 - Math.Exp(logSurvival - _logTo[low]);
        return _endShare[low] > 0 ? start + (int)Math.Clamp(Math.Ceiling(ended * Width(low) / _endShare[low]), 0, Width(low)) : start;
    }

    private double Rest(int given)
    {
        if (given >= LengthGrid.StartOf(_cells)) return Math.Max(1, given) / (LindyExponent - 1);
        var cell = LengthGrid.CellOf(given);
        var offset = given - LengthGrid.StartOf(cell);
        var sum = SumFrom(cell, offset) + ((1 - _endShare[cell]) * _restAt[cell + 1]);
        return sum / LeftAt(cell, offset);
    }

    private double LogSurvival(int tokens)
    {
        var end = LengthGrid.StartOf(_cells);
        if (tokens >= end) return _logTo[_cells] - (LindyExponent * Math.Log((double)Math.Max(1, tokens) / Math.Max(1, end)));
        var cell = LengthGrid.CellOf(tokens);
        return _logTo[cell] + Math.Log(LeftAt(cell, tokens - LengthGrid.StartOf(cell)));
    }

    /// <summary>Only when asked: policies that do not look at beliefs do not pay for them.</summary>
    private void Refresh()
    {
        if (!_isStale) return;
        _isStale = false;
        _cells = Array.FindLastIndex(_exposed, exposed => exposed > 0) + 1;
        for (var cell = 0; cell < _cells; cell++)
        {
            _endShare[cell] = EndShare(cell);
            _logTo[cell + 1] = _logTo[cell] + Math.Log(1 - _endShare[cell]);
        }

        _restAt[_cells] = Math.Max(1, LengthGrid.StartOf(_cells)) / (LindyExponent - 1);
        for (var cell = _cells - 1; cell >= 0; cell--)
        {
            _restAt[cell] = SumFrom(cell, 0) + ((1 - _endShare[cell]) * _restAt[cell + 1]);
        }
    }

    /// <summary>Where all ended a very small share is left, so that what goes on has something to go on with.</summary>
    private double EndShare(int cell) =>
        _ended[cell] == 0 ? 0 : Math.Min(1 - 1e-9, _ended[cell] * Width(cell) / _exposed[cell]);

    /// <summary>The share of those at the start of the cell that are left so many tokens on.</summary>
    private double LeftAt(int cell, int offset) => 1 - (_endShare[cell] * offset / Width(cell));

    /// <summary>Tokens of the cell from one on, by the share that is left at each.</summary>
    private double SumFrom(int cell, int offset)
    {
        double left = Width(cell) - offset;
        return left - (_endShare[cell] / Width(cell) * (offset + Width(cell) - 1) * left / 2);
    }

    private static int Width(int cell) => LengthGrid.StartOf(cell + 1) - LengthGrid.StartOf(cell);
}
