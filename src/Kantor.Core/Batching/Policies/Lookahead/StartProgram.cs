using Kantor.Core.Occupancy;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>
/// The time-indexed relaxation of scheduling on KV memory: every request starts in parts at several times, such that in each round the
/// parts hold no more than the pool, and the sum of the mean starts is least (arXiv 2502.07115, its integer program with fractions).
/// </summary>
/// <remarks>
/// <para>Solved by Lagrange's method: memory of each round has a price; at these prices each request starts whole where it is cheapest,
/// which is found for all starts in one pass over sums of the prices; then prices rise where too much is held and fall where memory is left
/// (Polyak's step towards the starts of the fluid, which takes one request after the other by volume). The means of the starts
/// converge to an optimum of the relaxation, and what prices say is never above it.</para>
/// <para>Rounds are taken together so that there are at most 64 times; a request holds of each what it holds in the mean. The time is
/// bounded by price changes · requests · 64.</para>
/// </remarks>
internal sealed class StartProgram
{
    private const int TimesMax = 64;

    // After so many price changes without a better bound, steps become smaller.
    private const int Patience = 10;
    private const double Shrink = 1.5;

    private readonly double[] _free = new double[TimesMax + 1];
    private readonly double[] _held = new double[TimesMax + 1];
    private readonly double[] _prices = new double[TimesMax + 1];
    private readonly double[] _sums = new double[TimesMax + 1];
    private readonly double[] _moments = new double[TimesMax + 1];
    private double[] _starts = [];
    private int _roundsPerTime;
    private int _times;

    /// <summary>
    /// The mean start of each waiting request, in rounds, while those that run hold theirs. Returns a lower bound of their sum in the
    /// relaxation, but for the rounding of times.
    /// </summary>
    public double Solve(
        ReadOnlySpan<KvTrapezoid> running, ReadOnlySpan<KvTrapezoid> waiting, long poolTokens, int changes, Span<double> meanStarts)
    {
        Begin(running, waiting, poolTokens);
        meanStarts.Clear();
        var (target, bound, scale, sinceBetter) = (FluidStarts(running, waiting, poolTokens), double.NegativeInfinity, 1.0, 0);
        var weights = 0.0;
        for (var change = 1; change <= changes; change++)
        {
            var value = StartAtPrices(waiting);
            sinceBetter = value > bound ? 0 : sinceBetter + 1;
            if (sinceBetter % Patience == Patience - 1) scale /= Shrink;
            bound = Math.Max(bound, value);
            if (Step(scale * Math.Max(target - value, 0.001 * (1 + target))) is not { } step)
            {
                // These starts fit at these prices: they are an optimum.
                Average(meanStarts, 1);
                break;
            }

            // Starts count by the step that they cause, or their mean would not converge, and later ones, at better prices, for more.
            var weight = step * change * change;
            weights += weight;
            Average(meanStarts, weight / weights);
            ChangePrices(step);
        }

        return bound;
    }

    private void Begin(ReadOnlySpan<KvTrapezoid> running, ReadOnlySpan<KvTrapezoid> waiting, long poolTokens)
    {
        SetTimes(running, waiting, poolTokens);
        if (_starts.Length < waiting.Length) _starts = new double[waiting.Length];
        _free.AsSpan().Fill(poolTokens);
        foreach (var one in running) Hold(_free, one, 0, -1);
        _prices.AsSpan().Clear();
    }

    private void Average(Span<double> meanStarts, double share)
    {
        for (var index = 0; index < meanStarts.Length; index++) meanStarts[index] += share * (_starts[index] - meanStarts[index]);
    }

    /// <summary>Twice the time in which the pool could hold all volumes, and one more life.</summary>
    private void SetTimes(ReadOnlySpan<KvTrapezoid> running, ReadOnlySpan<KvTrapezoid> waiting, long poolTokens)
    {
        var (volume, longest) = (0.0, 1);
        foreach (var one in running) (volume, longest) = (volume + one.RemainingVolume, Math.Max(longest, one.RemainingRounds));
        foreach (var one in waiting) (volume, longest) = (volume + one.RemainingVolume, Math.Max(longest, one.RemainingRounds));
        var rounds = (2 * volume / poolTokens) + longest;
        _roundsPerTime = (int)Math.Min(int.MaxValue / 2, Math.Ceiling(rounds / TimesMax));
        _times = (int)Math.Min(TimesMax, Math.Ceiling(rounds / _roundsPerTime));
    }

    private static double FluidStarts(ReadOnlySpan<KvTrapezoid> running, ReadOnlySpan<KvTrapezoid> waiting, long poolTokens)
    {
        var (volume, starts) = (0.0, 0.0);
        foreach (var one in running) volume += one.RemainingVolume;
        foreach (var one in waiting)
        {
            starts += volume / poolTokens;
            volume += one.RemainingVolume;
        }

        return starts;
    }

    /// <summary>Each request starts where it costs least; the value of the relaxation at these prices.</summary>
    private double StartAtPrices(ReadOnlySpan<KvTrapezoid> waiting)
    {
        var value = 0.0;
        for (var time = 1; time <= _times; time++)
        {
            _sums[time] = _sums[time - 1] + _prices[time];
            _moments[time] = _moments[time - 1] + (time * _prices[time]);
            value -= _free[time] * _prices[time];
        }

        _held.AsSpan().Clear();
        for (var index = 0; index < waiting.Length; index++)
        {
            var (start, cost) = Cheapest(waiting[index]);
            value += cost;
            Hold(_held, waiting[index], start, 1);
            _starts[index] = (double)start * _roundsPerTime;
        }

        return value;
    }

    /// <summary>The first of the starts at which wait and prices of what is held cost least.</summary>
    private (int Start, double Cost) Cheapest(in KvTrapezoid request)
    {
        var times = Times(request);
        // In its j-th time it holds offset + j · rounds by time, but for the last, which it may not fill.
        var offset = request.HeldTokens - (0.5 * (_roundsPerTime - 1));
        var tooMuch = offset + (times * (double)_roundsPerTime) - Last(request, times);
        var (best, least) = (0, double.PositiveInfinity);
        for (var start = 0; start + times <= _times; start++)
        {
            var prices = _sums[start + times] - _sums[start];
            var moments = _moments[start + times] - _moments[start] - (start * prices);
            var cost = (start * (double)_roundsPerTime) + (offset * prices) + (_roundsPerTime * moments)
                - (tooMuch * _prices[start + times]);
            if (cost < least) (best, least) = (start, cost);
        }

        return (best, least);
    }

    /// <summary>The step by which prices would come so near; null when nothing is to be changed.</summary>
    private double? Step(double towards)
    {
        var norm = 0.0;
        for (var time = 1; time <= _times; time++)
        {
            var excess = _held[time] - _free[time];
            if (excess > 0 || _prices[time] > 0) norm += excess * excess;
        }

        return norm > 0 ? towards / norm : null;
    }

    /// <summary>Prices rise where too much is held and fall where memory is left.</summary>
    private void ChangePrices(double step)
    {
        for (var time = 1; time <= _times; time++) _prices[time] = Math.Max(0, _prices[time] + (step * (_held[time] - _free[time])));
    }

    private void Hold(double[] tokens, in KvTrapezoid request, int start, int sign)
    {
        var times = Times(request);
        for (var time = 1; time < times; time++)
        {
            tokens[start + time] += sign * (request.HeldTokens - (0.5 * (_roundsPerTime - 1)) + (time * (double)_roundsPerTime));
        }

        tokens[start + times] += sign * Last(request, times);
    }

    private int Times(in KvTrapezoid request) => ((request.RemainingRounds - 1) / _roundsPerTime) + 1;

    /// <summary>What it holds in its last time, in the mean: it ends within.</summary>
    private double Last(in KvTrapezoid request, int times)
    {
        var before = (times - 1) * _roundsPerTime;
        var rounds = request.RemainingRounds - before;
        return rounds * (request.HeldTokens + before + (0.5 * (rounds + 1))) / _roundsPerTime;
    }
}
