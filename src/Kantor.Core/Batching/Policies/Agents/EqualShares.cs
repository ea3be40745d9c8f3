using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.Agents;

/// <summary>
/// The system that is imitated: all agents that have work left share the KV equally at every moment. Its virtual time is the service that
/// an agent which is there all the time has had, in token-rounds; an agent is done at its tag (generalized processor sharing, Parekh and
/// Gallager, 1993).
/// </summary>
internal sealed class EqualShares
{
    private readonly RowHeap _active = new();
    private double[] _tags = new double[16];

    /// <summary>Virtual time.</summary>
    public double Now { get; private set; }

    /// <summary>Whether the agent would still have work.</summary>
    public bool IsActive(int agent) => _active.Contains(agent);

    /// <summary>The agent has so much work more. Returns its tag: the virtual time at which it is done.</summary>
    public double Add(int agent, long number, double work)
    {
        if (agent >= _tags.Length) Array.Resize(ref _tags, Math.Max(agent + 1, 2 * _tags.Length));
        _tags[agent] = (IsActive(agent) ? _tags[agent] : Now) + work;
        _active.Set(agent, number, SortKey.Of(_tags[agent]));
        return _tags[agent];
    }

    /// <summary>So many token-rounds are shared. Adds the agents that are done by that to the list.</summary>
    public void Serve(double tokenRounds, List<int> done)
    {
        while (TryReadFirst(out var agent))
        {
            var missing = (_tags[agent] - Now) * _active.Count;
            if (missing > tokenRounds)
            {
                Now += tokenRounds / _active.Count;
                return;
            }

            tokenRounds -= missing;
            Now = _tags[agent];
            _active.Remove(agent);
            done.Add(agent);
        }
    }

    private bool TryReadFirst(out int agent)
    {
        _active.StartReading();
        return _active.TryRead(out agent);
    }
}
