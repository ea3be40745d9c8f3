using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Decisions;

/// <summary>
/// What a policy remembers: planners, routers, scalers and predictors alike. All hear of the world by one stream of events, raised by every
/// host in the same order, so that a run can be recorded and replayed. Policies without memory use this type as it is.
/// </summary>
/// <remarks>
/// A host raises the events that it can know of. A replica: arrived, granted, generated, repeated, preempted, stepped, ended. A fleet:
/// arrived, decided, ended, and its endpoints. A slot is a small number that the host gives to a request while it is there and to another
/// one after its end; a replica's slots are the rows of its view. One thread.
/// </remarks>
public class PolicyState
{
    /// <summary>The host's clock in microseconds, as of the event under way; 0 before the first.</summary>
    public long NowUs { get; private set; }

    /// <summary>It is this time: what follows happens now. Never goes back.</summary>
    public virtual void TimeIs(long nowUs) => NowUs = nowUs;

    /// <summary>A request came. Where prefill and decode are apart it comes to both.</summary>
    public virtual void Arrived(RequestFacts request, int slot)
    {
    }

    /// <summary>
    /// What the request that came last is made of, as far as it is known. It grows while tokens are generated, and is not to be changed.
    /// </summary>
    public virtual void Described(RequestFacts request, TokenContent content)
    {
    }

    /// <summary>A policy decided on a request, or, with the default id, on the whole; the kind says what the choice is.</summary>
    public virtual void Decided(DecisionKind kind, RequestId request, long choice)
    {
    }

    /// <summary>
    /// The request was granted tokens in the step that begins; one that waited is admitted by that. Room was made for
    /// <paramref name="reserveTokens"/> tokens in all where that is more than the step needs.
    /// </summary>
    public virtual void Granted(RequestId request, int slot, int tokens, int reserveTokens)
    {
    }

    /// <summary>
    /// The request generated tokens, at least one; several at once when a step gives several, or when equal steps are booked at once.
    /// </summary>
    public virtual void Generated(RequestId request, int slot, int tokens)
    {
    }

    /// <summary>
    /// The last plan was repeated in so many further steps, within what the planner promised: stands for that many plans, each with the
    /// same grants, and steps, which are not raised one by one. The tokens generated meanwhile were raised before, by request.
    /// </summary>
    public virtual void Repeated(int steps)
    {
    }

    /// <summary>The request lost its KV and waits again.</summary>
    public virtual void Preempted(RequestId request, int slot)
    {
    }

    /// <summary>A step was executed in so many microseconds. Not raised when a part of it failed, for then its time says nothing.</summary>
    public virtual void Stepped(in StepLoad load, long us)
    {
    }

    /// <summary>The request ended, or went on elsewhere; its slot may be given to another.</summary>
    public virtual void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
    }

    /// <summary>The endpoint takes requests from now on.</summary>
    public virtual void EndpointJoined(EndpointId endpoint)
    {
    }

    /// <summary>The endpoint takes no more requests: it drains, left or failed.</summary>
    public virtual void EndpointLeft(EndpointId endpoint)
    {
    }
}
