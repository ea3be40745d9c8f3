using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Parts;

/// <summary>
/// KV tokens of each replica in the next moments: what is there and waits now by the view, a token more of each request with every gap,
/// less the requests of this router that are believed to have ended by then.
/// </summary>
/// <remarks>
/// A request is believed to end after the mean output of those that ended. One that is late has not ended. Ends are kept by moments of a
/// fixed length on a ring, so booking is O(1) and looking ahead O(moments).
/// </remarks>
internal class LoadForecast(int momentMs, int moments) : Bookings
{
    // A power of two.
    private const int Ring = 256;
    private const double UsualOutput = 200;

    private readonly OutputMean _output = new(UsualOutput);
    private readonly ByReplica<Ends[]?> _ends = new();
    private double[] _loads = [];
    private int[] _requests = [];
    private long _moment;

    /// <summary>Requests that are believed to end in a moment: how many, their prompts, and when they were sent in sum (ms).</summary>
    private readonly record struct Ends(int Requests, long PromptTokens, double SentMs);

    /// <summary>Moments that are looked ahead, the present one first.</summary>
    public int Moments => moments;

    /// <summary>Tokens of an answer, as believed.</summary>
    public double OutputTokens => _output.Tokens;

    /// <summary>Tokens by which a request grows from one moment to the next.</summary>
    public double GrowthTokens => momentMs * 1000 / _output.GapUs;

    /// <summary>Looks ahead from now, for all endpoints of the view.</summary>
    public void Look(in FleetView fleet)
    {
        Advance(fleet.NowUs);
        var count = fleet.Endpoints.Length * moments;
        if (count > _loads.Length) (_loads, _requests) = (new double[2 * count], new int[2 * count]);
        for (var place = 0; place < fleet.Endpoints.Length; place++) Look(fleet, place);
    }

    /// <summary>KV tokens of an endpoint in each moment, as looked at last.</summary>
    public ReadOnlySpan<double> Loads(int place) => _loads.AsSpan(place * moments, moments);

    /// <summary>Requests of an endpoint in each moment.</summary>
    public ReadOnlySpan<int> Requests(int place) => _requests.AsSpan(place * moments, moments);

    /// <summary>The request goes to the replica.</summary>
    public void Send(RequestFacts request, in FleetView fleet, int place)
    {
        var outputTokens = Math.Min(request.OutputTokensMax, _output.Tokens);
        var ahead = Math.Min(Ring - 1, outputTokens * _output.GapUs / 1000 / momentMs);
        Book(request, fleet.Endpoints[place].Replica, (fleet.NowUs / 1000 / momentMs) + Math.Floor(ahead), fleet.NowUs);
    }

    /// <inheritdoc/>
    protected override void Open(RequestFacts request, in Booking booking)
    {
        Advance(booking.AtUs);
        Count(booking, 1);
    }

    /// <inheritdoc/>
    protected override void Close(RequestFacts request, in Booking booking, RequestEnd? end)
    {
        Advance(NowUs);
        Count(booking, -1);
        if (end is { } ended) _output.Learn(ended, NowUs - booking.AtUs);
    }

    private void Look(in FleetView fleet, int place)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        var prompts = Math.Max(0, fleet.QueuedTokens[place] - endpoint.Running) + fleet.BookedTokens[place];
        var loads = _loads.AsSpan(place * moments, moments);
        var (tokens, growth) = ((double)(endpoint.KvTokensUsed + prompts), endpoint.Requests * GrowthTokens);
        for (var ahead = 0; ahead < loads.Length; ahead++, tokens += growth) loads[ahead] = tokens;
        var requests = _requests.AsSpan(place * moments, moments);
        requests.Fill(endpoint.Requests);
        if (_ends[endpoint.Replica] is { } ends) TakeOff(ends, loads, requests);
    }

    /// <summary>Takes off who is believed to have ended by each moment.</summary>
    private void TakeOff(Ends[] ends, Span<double> loads, Span<int> requests)
    {
        var (ended, prompts, sentMs, tokensPerMs) = (0, 0L, 0.0, 1000 / _output.GapUs);
        for (var ahead = 1; ahead < loads.Length; ahead++)
        {
            ref readonly var then = ref ends[(int)((_moment + ahead) & (Ring - 1))];
            (ended, prompts, sentMs) = (ended + then.Requests, prompts + then.PromptTokens, sentMs + then.SentMs);
            if (ended == 0) continue;
            var gone = prompts + (((ended * (_moment + ahead) * (double)momentMs) - sentMs) * tokensPerMs);
            loads[ahead] = Math.Max(0, loads[ahead] - gone);
            requests[ahead] = Math.Max(0, requests[ahead] - ended);
        }
    }

    private void Count(in Booking booking, int sign)
    {
        var moment = (long)booking.Amount;
        if (moment <= _moment) return;
        ref var ends = ref (_ends[booking.Replica] ??= new Ends[Ring])[(int)(moment % Ring)];
        ends = new Ends(
            ends.Requests + sign, ends.PromptTokens + (sign * (long)booking.PromptTokens), ends.SentMs + (sign * booking.AtUs / 1000.0));
    }

    /// <summary>Moments that are over tell nothing more: who was believed to end in them and has not is there as the view says.</summary>
    private void Advance(long nowUs)
    {
        var moment = nowUs / 1000 / momentMs;
        if (moment <= _moment) return;
        var passed = (int)Math.Min(Ring, moment - _moment);
        foreach (var ends in _ends.All)
        {
            for (var step = 0; step < passed && ends is not null; step++) ends[(int)((moment - step) % Ring)] = default;
        }

        _moment = moment;
    }
}
