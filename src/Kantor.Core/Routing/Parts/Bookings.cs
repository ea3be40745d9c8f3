using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Parts;

/// <summary>
/// What a router has sent and has not ended. It hears of an end, not of a first token; a request that is handed on is booked where it goes.
/// </summary>
internal abstract class Bookings : PolicyState
{
    private readonly Dictionary<RequestId, Booking> _open = [];

    /// <summary>The request goes to a replica.</summary>
    /// <param name="request">The request.</param>
    /// <param name="replica">Number of the replica.</param>
    /// <param name="amount">What the policy books with it, in its own unit.</param>
    /// <param name="nowUs">When.</param>
    public void Book(RequestFacts request, int replica, double amount, long nowUs)
    {
        var booking = new Booking(replica, request.PromptTokens, amount, nowUs);
        if (_open.Remove(request.Id, out var earlier)) Close(request, earlier, null);
        _open.Add(request.Id, booking);
        Open(request, booking);
    }

    /// <inheritdoc/>
    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        if (_open.Remove(request.Id, out var booking)) Close(request, booking, end);
    }

    /// <summary>It counts at its replica from now on.</summary>
    protected abstract void Open(RequestFacts request, in Booking booking);

    /// <summary>It counts there no more; it ended so, or goes elsewhere.</summary>
    protected abstract void Close(RequestFacts request, in Booking booking, RequestEnd? end);

    /// <summary>A request that was sent and has not ended.</summary>
    internal readonly record struct Booking(int Replica, int PromptTokens, double Amount, long AtUs);
}
