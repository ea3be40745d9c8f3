using Kantor.Core.Decisions;
using Kantor.Core.Prediction;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Barrier;

/// <summary>The law of outputs, the mean age of requests, and the fullest replica at five points of a request's life.</summary>
internal sealed class SurvivalOverflowState : Bookings
{
    private const int Points = 5;
    private const int Window = 512;

    private readonly LengthWindow _outputs = new(Window);
    private readonly OutputMean _output = new(200);
    private readonly double[] _at = new double[Points];
    private readonly double[] _weights = new double[Points];
    private readonly double[] _kept = new double[Points];
    private readonly double[] _fullest = new double[Points];
    private double _sentMs;
    private int _open;

    /// <summary>KV tokens that are there or wait to be.</summary>
    public static double Tokens(in FleetView fleet, int place)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        return endpoint.KvTokensUsed + Math.Max(0, fleet.QueuedTokens[place] - endpoint.Running) + fleet.BookedTokens[place];
    }

    /// <summary>Looks at the life of a request that comes now.</summary>
    public void Look(RequestFacts request, in FleetView fleet)
    {
        SetPoints(request, fleet.NowUs);
        Array.Clear(_fullest);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            for (var point = 0; point < Points; point++) _fullest[point] = Math.Max(_fullest[point], Load(fleet, place, point));
        }
    }

    /// <summary>Tokens, summed over the steps of its life, by which the request raises the fullest replica.</summary>
    public double Overflow(in FleetView fleet, int place, double tokens)
    {
        var sum = 0.0;
        for (var point = 0; point < Points; point++)
        {
            var margin = _fullest[point] - Load(fleet, place, point);
            sum += _weights[point] * Math.Max(0, tokens + _at[point] - margin);
        }

        return sum;
    }

    /// <inheritdoc/>
    protected override void Open(RequestFacts request, in Booking booking) =>
        (_open, _sentMs) = (_open + 1, _sentMs + (booking.AtUs / 1000.0));

    /// <inheritdoc/>
    protected override void Close(RequestFacts request, in Booking booking, RequestEnd? end)
    {
        (_open, _sentMs) = (_open - 1, _sentMs - (booking.AtUs / 1000.0));
        if (end is not { IsCompleted: true, GeneratedTokens: > 0 } ended) return;
        _outputs.Add(ended.GeneratedTokens);
        _output.Learn(ended, NowUs - booking.AtUs);
    }

    private double Load(in FleetView fleet, int place, int point) =>
        (Tokens(fleet, place) + (fleet.Endpoints[place].Requests * _at[point])) * _kept[point];

    /// <summary>
    /// The last tokens of the middles of five equal shares of lives, each weighted by the steps around it and by who lives so long.
    /// </summary>
    private void SetPoints(RequestFacts request, long nowUs)
    {
        for (var point = 0; point < Points; point++)
        {
            var share = (point + 0.5) / Points;
            _at[point] = _outputs.Count == 0 ? share * request.OutputTokensMax : _outputs.Quantile(share, 0) - 1;
        }

        var age = _open > 0 ? (int)Math.Min(1e6, Math.Max(0, nowUs - (_sentMs * 1000 / _open)) / _output.GapUs) : 0;
        for (var point = 0; point < Points; point++)
        {
            var (before, after) = (point == 0 ? 0 : _at[point - 1], point == Points - 1 ? _at[point] : _at[point + 1]);
            _weights[point] = (after - before) / 2 * Survival((int)_at[point], 0);
            _kept[point] = Survival(age + (int)_at[point], age);
        }

        if (_weights.AsSpan().IndexOfAnyExcept(0) < 0) _weights[0] = 1;
    }

    private double Survival(int tokens, int given) => _outputs.Count == 0 ? 1 : _outputs.Survival(tokens, given);
}
