using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Windows;

/// <summary>What LBGR remembers: prefixes, work that fades, and how much longer each replica took.</summary>
internal sealed class LbgrState(LbgrOptions options) : Bookings
{
    private const double Kept = 0.95;

    private readonly ByReplica<(double Us, long AtUs)> _loads = new();
    private readonly ByReplica<(double SumUs, double Count)> _residuals = new();
    private readonly Dictionary<RequestId, double> _expectedUs = [];

    /// <summary>What was sent where.</summary>
    public PrefixMemory Prefixes { get; } = new(new(options.BlockTokens, options.IndexTokens));

    /// <summary>Work that was sent to the replica, as far as it has not faded.</summary>
    public double LoadUs(int replica, long nowUs)
    {
        var (us, atUs) = _loads[replica];
        return us == 0 ? 0 : us * Left(nowUs - atUs);
    }

    /// <summary>Time that requests took there beyond what was expected; 0 before one has ended.</summary>
    public double BiasUs(int replica)
    {
        var (sumUs, count) = _residuals[replica];
        return count > 0 ? sumUs / count : 0;
    }

    /// <summary>The request that is sent now is expected to take so long.</summary>
    public void Expect(RequestId request, double us) => _expectedUs[request] = us;

    /// <inheritdoc/>
    public override void EndpointLeft(EndpointId endpoint)
    {
        Prefixes.EndpointLeft(endpoint);
        (_loads[endpoint.Value], _residuals[endpoint.Value]) = (default, default);
    }

    /// <inheritdoc/>
    protected override void Open(RequestFacts request, in Booking booking) => Add(booking.Replica, booking.Amount, booking.AtUs);

    /// <inheritdoc/>
    protected override void Close(RequestFacts request, in Booking booking, RequestEnd? end)
    {
        Add(booking.Replica, -Math.Min(booking.Amount * Left(NowUs - booking.AtUs), LoadUs(booking.Replica, NowUs)), NowUs);
        if (end is null) return;
        _expectedUs.Remove(request.Id, out var expectedUs);
        if (end is not { IsCompleted: true }) return;
        ref var residual = ref _residuals[booking.Replica];
        residual = ((Kept * residual.SumUs) + (NowUs - booking.AtUs - expectedUs), (Kept * residual.Count) + 1);
    }

    private void Add(int replica, double us, long nowUs) => _loads[replica] = (LoadUs(replica, nowUs) + us, nowUs);

    private double Left(long us) => Math.Exp(-us * Math.Log(2) / (options.HalfLifeMs * 1000.0));
}
