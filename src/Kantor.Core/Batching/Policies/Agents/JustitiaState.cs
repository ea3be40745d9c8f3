using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Decisions;
using Kantor.Core.Occupancy;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Agents;

/// <summary>The agents, their lines, and when each would be done under equal shares.</summary>
/// <remarks>
/// An agent is forgotten when it has no request here and would have no work left. Beliefs are asked for in a plan, so who came since the
/// last plan joins its line in the next.
/// </remarks>
internal sealed class JustitiaState(AgentKind kind) : PolicyState
{
    private readonly Dictionary<(AgentKind, long), int> _byName = [];
    private readonly List<Agent> _agents = [];
    private readonly Stack<int> _free = [];
    private readonly List<(int Row, long Id, long? Session)> _came = [];
    private readonly List<int> _done = [];
    private readonly AgentRows _rows = new();
    private readonly EqualShares _shares = new();
    private long _numbers;
    private double _held;
    private double _granted;

    /// <summary>Agents that have somebody waiting, by when they would be done under equal shares.</summary>
    public RowHeap Order { get; } = new();

    public double TagOf(int agent) => _agents[agent].Tag;

    /// <summary>The first row of the agent's line; there is one for those in <see cref="Order"/>.</summary>
    public int? FirstOf(int agent) => _agents[agent].First;

    /// <summary>The row behind this one in its line.</summary>
    public int? NextOf(int row) => _rows.NextOf(row);

    /// <summary>Those that came since the last plan join their lines.</summary>
    public void Meet(in BatchView view)
    {
        foreach (var (row, id, session) in _came)
        {
            if (view.IsWaiting(row) && view.Ids[row] == id) Join(view, row, session);
        }

        _came.Clear();
        if (_rows.Count == view.Waiting.Length) return;
        // Rows that a host did not announce, which only views made by hand have.
        foreach (var row in view.Waiting)
        {
            if (!_rows.Knows(row, view.Ids[row])) Join(view, row, null);
        }
    }

    /// <summary>A step with so many tokens in KV at its end, so many of them computed in it.</summary>
    public void Serve(double heldTokens, double grantedTokens)
    {
        (_held, _granted) = (heldTokens, grantedTokens);
        _shares.Serve(heldTokens, _done);
        foreach (var agent in _done) ForgetIfDone(agent);
        _done.Clear();
    }

    public override void Arrived(RequestFacts request, int slot) => _came.Add((slot, request.Id.Value, request.Session?.Value));

    public override void Repeated(int steps)
    {
        for (; steps > 0; steps--) Serve(_held + _granted, _granted);
    }

    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens) => Leave(slot);

    public override void Preempted(RequestId request, int slot)
    {
        var agent = _rows.AgentOf(slot)!.Value;
        _rows.Prepend(_agents[agent], slot);
        SetOrder(agent);
    }

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        if (!_rows.Knows(slot, request.Id.Value)) return;
        Leave(slot);
        var agent = _rows.AgentOf(slot)!.Value;
        _rows.Close(slot);
        _agents[agent].Requests--;
        ForgetIfDone(agent);
    }

    private void Join(in BatchView view, int row, long? session)
    {
        var index = AgentOf(NameOf(view, row, session));
        var agent = _agents[index];
        agent.Requests++;
        agent.Tag = _shares.Add(index, agent.Number, CostOf(view, row));
        _rows.Open(row, view.Ids[row], index);
        _rows.Append(agent, row);
        SetOrder(index);
    }

    /// <summary>The KV token-rounds that the request is believed to take.</summary>
    private static double CostOf(in BatchView view, int row)
    {
        var rounds = Math.Max(1, view.BelievedOutput(row).MeanTokens - view.GeneratedTokens[row]);
        return KvTrapezoid.Volume(view.WantedTokens[row], rounds);
    }

    private (AgentKind, long) NameOf(in BatchView view, int row, long? session) => kind switch
    {
        AgentKind.Tenant => (AgentKind.Tenant, view.Tenants[row]),
        AgentKind.Session when session is { } known => (AgentKind.Session, known),
        _ => (AgentKind.Request, view.Ids[row]),
    };

    private int AgentOf((AgentKind Kind, long Value) name)
    {
        if (_byName.TryGetValue(name, out var known)) return known;
        if (!_free.TryPop(out var agent))
        {
            agent = _agents.Count;
            _agents.Add(new Agent());
        }

        (_agents[agent].Name, _agents[agent].Number) = (name, ++_numbers);
        _byName.Add(name, agent);
        return agent;
    }

    private void SetOrder(int agent) => Order.Set(agent, _agents[agent].Number, SortKey.Of(_agents[agent].Tag));

    private void Leave(int row)
    {
        if (!_rows.IsInLine(row)) return;
        var agent = _rows.AgentOf(row)!.Value;
        _rows.Remove(_agents[agent], row);
        if (_agents[agent].First is null) Order.Remove(agent);
    }

    private void ForgetIfDone(int agent)
    {
        if (_agents[agent].Requests > 0 || _shares.IsActive(agent)) return;
        _byName.Remove(_agents[agent].Name);
        _free.Push(agent);
    }
}
