using Google.OrTools.Sat;

namespace Kantor.Solvers.Rounds;

/// <summary>What is held in each round 1 … horizon, if what is chosen holds it.</summary>
internal sealed class MemoryRows(int horizon)
{
    private readonly LinearExprBuilder[] _rows = [.. Enumerable.Range(0, horizon + 1).Select(_ => LinearExpr.NewBuilder())];

    /// <summary>The last round.</summary>
    public int Horizon => horizon;

    /// <summary>So many tokens in a round, if the choice is made.</summary>
    public void Hold(int round, BoolVar choice, long tokens) => _rows[round].AddTerm(choice, tokens);

    /// <summary>No round holds more than the pool.</summary>
    public void AddTo(CpModel model, long poolTokens)
    {
        foreach (var row in _rows) model.Add(row <= poolTokens);
    }
}
