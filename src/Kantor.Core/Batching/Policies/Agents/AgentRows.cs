namespace Kantor.Core.Batching.Policies.Agents;

/// <summary>
/// Which agent each row belongs to, and the lines of waiting rows: whoever came first is first, but preempted rows before all.
/// </summary>
internal sealed class AgentRows
{
    private RowInfo[] _rows = new RowInfo[16];

    private struct RowInfo
    {
        public long Id;
        public int? Agent;
        public bool IsInLine;
        public int? Before;
        public int? Next;
    }

    /// <summary>Rows in all lines.</summary>
    public int Count { get; private set; }

    /// <summary>The agent of a row; null before it is known.</summary>
    public int? AgentOf(int row) => row < _rows.Length ? _rows[row].Agent : null;

    /// <summary>Whether the row holds this request.</summary>
    public bool Knows(int row, long id) => AgentOf(row) is not null && _rows[row].Id == id;

    public bool IsInLine(int row) => row < _rows.Length && _rows[row].IsInLine;

    /// <summary>The row behind this one in its line; null behind the last.</summary>
    public int? NextOf(int row) => _rows[row].Next;

    /// <summary>The row holds a request of the agent from now on.</summary>
    public void Open(int row, long id, int agent)
    {
        if (row >= _rows.Length) Array.Resize(ref _rows, Math.Max(row + 1, 2 * _rows.Length));
        _rows[row] = new RowInfo { Id = id, Agent = agent };
    }

    public void Close(int row) => _rows[row] = default;

    public void Append(Agent agent, int row)
    {
        ref var info = ref _rows[row];
        (info.IsInLine, info.Before, info.Next) = (true, agent.Last, null);
        if (agent.Last is { } last) _rows[last].Next = row;
        else agent.First = row;
        agent.Last = row;
        Count++;
    }

    public void Prepend(Agent agent, int row)
    {
        ref var info = ref _rows[row];
        (info.IsInLine, info.Before, info.Next) = (true, null, agent.First);
        if (agent.First is { } first) _rows[first].Before = row;
        else agent.Last = row;
        agent.First = row;
        Count++;
    }

    /// <summary>Takes the row out of the agent's line, in which it is.</summary>
    public void Remove(Agent agent, int row)
    {
        var info = _rows[row];
        if (info.Before is { } before) _rows[before].Next = info.Next;
        else agent.First = info.Next;
        if (info.Next is { } next) _rows[next].Before = info.Before;
        else agent.Last = info.Before;
        _rows[row] = new RowInfo { Id = info.Id, Agent = info.Agent };
        Count--;
    }
}
