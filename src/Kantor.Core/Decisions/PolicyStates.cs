using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Decisions;

/// <summary>Several that hear the same events, each in its turn.</summary>
public sealed class PolicyStates : PolicyState
{
    private readonly PolicyState[] _states;

    private PolicyStates(PolicyState[] states) => _states = states;

    /// <summary>
    /// One that passes every event on to these, in this order. Those without a memory of their own need not hear anything.
    /// </summary>
    public static PolicyState Of(params IEnumerable<PolicyState?> states)
    {
        PolicyState[] listening = [.. states.OfType<PolicyState>().Where(Listens)];
        return listening switch
        {
            [] => new PolicyState(),
            [var only] => only,
            _ => new PolicyStates(listening),
        };
    }

    /// <summary>Whether somebody listens: plain <see cref="PolicyState"/> has no memory that an event could change.</summary>
    public static bool Listens(PolicyState? state) => state is not null && state.GetType() != typeof(PolicyState);

    /// <summary>
    /// Of those that <paramref name="all"/> tells, the ones that do something about this event; null when nobody does. For events of every
    /// token and step, so that telling costs nothing where only ends are listened for.
    /// </summary>
    /// <param name="all">One that listens, or several.</param>
    /// <param name="heard">The event's method, as <c>state => state.Granted</c>.</param>
    public static PolicyState? Hearing(PolicyState all, Func<PolicyState, Delegate> heard)
    {
        PolicyState[] hearing = [.. Parts(all).Where(state => heard(state).Method.DeclaringType != typeof(PolicyState))];
        return hearing.Length == 0 ? null : Of(hearing);
    }

    /// <inheritdoc/>
    public override void TimeIs(long nowUs)
    {
        base.TimeIs(nowUs);
        foreach (var state in _states) state.TimeIs(nowUs);
    }

    /// <inheritdoc/>
    public override void Arrived(RequestFacts request, int slot)
    {
        foreach (var state in _states) state.Arrived(request, slot);
    }

    /// <inheritdoc/>
    public override void Described(RequestFacts request, TokenContent content)
    {
        foreach (var state in _states) state.Described(request, content);
    }

    /// <inheritdoc/>
    public override void Decided(DecisionKind kind, RequestId request, long choice)
    {
        foreach (var state in _states) state.Decided(kind, request, choice);
    }

    /// <inheritdoc/>
    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens)
    {
        foreach (var state in _states) state.Granted(request, slot, tokens, reserveTokens);
    }

    /// <inheritdoc/>
    public override void Generated(RequestId request, int slot, int tokens)
    {
        foreach (var state in _states) state.Generated(request, slot, tokens);
    }

    /// <inheritdoc/>
    public override void Repeated(int steps)
    {
        foreach (var state in _states) state.Repeated(steps);
    }

    /// <inheritdoc/>
    public override void Preempted(RequestId request, int slot)
    {
        foreach (var state in _states) state.Preempted(request, slot);
    }

    /// <inheritdoc/>
    public override void Stepped(in StepLoad load, long us)
    {
        foreach (var state in _states) state.Stepped(load, us);
    }

    /// <inheritdoc/>
    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        foreach (var state in _states) state.Ended(request, slot, end);
    }

    /// <inheritdoc/>
    public override void EndpointJoined(EndpointId endpoint)
    {
        foreach (var state in _states) state.EndpointJoined(endpoint);
    }

    /// <inheritdoc/>
    public override void EndpointLeft(EndpointId endpoint)
    {
        foreach (var state in _states) state.EndpointLeft(endpoint);
    }

    private static IEnumerable<PolicyState> Parts(PolicyState state) => state is PolicyStates several ? several._states.SelectMany(Parts) : [state];
}
