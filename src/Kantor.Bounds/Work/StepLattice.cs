using Kantor.Core.Batching;

namespace Kantor.Bounds.Work;

/// <summary>
/// All steps that the limits allow, by (chunk tokens, decodes), in cells: each stands for its counts up to the next cell's, less one. Small
/// counts have a cell each; larger ones are gathered by a hundredth, and there a cell takes its least step time, at its lower corner,
/// against the work of its upper corner, which holds for step times that never fall with more tokens.
/// </summary>
internal sealed class StepLattice
{
    private const int ExactMax = 512;
    private readonly (int From, int To)[] _tokens;
    private readonly (int From, int To)[] _decodes;
    private readonly double[] _us;

    public StepLattice(SeparableStepTime step, BatchLimits limits)
    {
        _tokens = Cells(limits.StepTokensMax);
        _decodes = Cells(Math.Min(limits.RunningMax, limits.StepTokensMax));
        _us = new double[_tokens.Length * _decodes.Length];
        for (var at = 0; at < _us.Length; at++)
        {
            var (tokens, decodes) = (_tokens[at / _decodes.Length].From, _decodes[at % _decodes.Length].From);
            var isAllowed = tokens + decodes <= limits.StepTokensMax && decodes + (tokens > 0 ? 1 : 0) <= limits.RunningMax;
            _us[at] = isAllowed && tokens + decodes > 0 ? step.RestUs(tokens, decodes) : double.PositiveInfinity;
        }
    }

    /// <summary>
    /// Largest machine time of a prompt token alone, such that no step of at most <paramref name="stepUsMax"/> is shorter than that of all
    /// its prompt tokens.
    /// </summary>
    public double PrefillTokenUsMax(double stepUsMax)
    {
        var least = double.PositiveInfinity;
        for (var at = _decodes.Length; at < _us.Length; at++)
        {
            if (_us[at] <= stepUsMax) least = Math.Min(least, _us[at] / _tokens[at / _decodes.Length].To);
        }

        return double.IsFinite(least) ? least : 0;
    }

    /// <summary>
    /// Largest machine time of a prompt token beside a fixed amount, over the steps of at most <paramref name="stepUsMax"/> in which a
    /// preempted request may come back: two prompt tokens or more, and no decode. Infinite when there is none; negative when the amount
    /// alone is too much.
    /// </summary>
    public double ResumedTokenUsMax(double heldUs, double stepUsMax)
    {
        var least = double.PositiveInfinity;
        for (var at = 0; at < _us.Length; at += _decodes.Length)
        {
            var tokens = _tokens[at / _decodes.Length];
            if (tokens.To >= 2 && _us[at] <= stepUsMax) least = Math.Min(least, (_us[at] - heldUs) / tokens.To);
        }

        return least;
    }

    /// <summary>
    /// Largest machine time of a decode beside that of prompt tokens and a fixed amount, over the steps of at most
    /// <paramref name="stepUsMax"/> that decode. Negative when the others alone are too much; 0 when no such step decodes.
    /// </summary>
    public double DecodeTokenUsMax(double prefillTokenUs, double heldUs, double stepUsMax)
    {
        var least = double.PositiveInfinity;
        for (var at = 0; at < _us.Length; at++)
        {
            var decodes = _decodes[at % _decodes.Length];
            if (decodes.From == 0 || !(_us[at] <= stepUsMax)) continue;
            least = Math.Min(least, (_us[at] - heldUs - (prefillTokenUs * _tokens[at / _decodes.Length].To)) / decodes.To);
        }

        return double.IsFinite(least) ? least : 0;
    }

    /// <summary>
    /// Largest fixed part of a step beside the machine time of its tokens; negative when the tokens alone are too much.
    /// </summary>
    public double FixedUsMax(double prefillTokenUs, double decodeTokenUs)
    {
        var least = double.PositiveInfinity;
        for (var at = 0; at < _us.Length; at++)
        {
            var (tokens, decodes) = (_tokens[at / _decodes.Length].To, _decodes[at % _decodes.Length].To);
            least = Math.Min(least, _us[at] - (prefillTokenUs * tokens) - (decodeTokenUs * decodes));
        }

        return least;
    }

    /// <summary>Shortest step that decodes, or that computes a prompt token.</summary>
    public double LeastUs(bool decodes)
    {
        var least = double.PositiveInfinity;
        for (var at = 0; at < _us.Length; at++)
        {
            if (decodes ? at % _decodes.Length > 0 : at >= _decodes.Length) least = Math.Min(least, _us[at]);
        }

        return least;
    }

    /// <summary>
    /// Shortest step in which a preempted request computes two tokens or more in one chunk, less what it then reads fewer of KV.
    /// </summary>
    public double LeastResumedUs(double kvTokenUs)
    {
        var least = double.PositiveInfinity;
        for (var at = 0; at < _us.Length; at++)
        {
            var tokens = _tokens[at / _decodes.Length];
            if (tokens.From >= 2) least = Math.Min(least, _us[at] - (kvTokenUs * (tokens.To - 1)));
        }

        return least;
    }

    private static (int From, int To)[] Cells(int max)
    {
        var cells = new List<(int From, int To)>();
        for (var from = 0; from <= max;)
        {
            var to = Math.Min(max, from < ExactMax ? from : from + (from / 100));
            cells.Add((from, to));
            from = to + 1;
        }

        return [.. cells];
    }
}
