using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation.Replicas;

/// <summary>Says when the answers of a replica's rows end: whole, or cut at the declared output.</summary>
internal sealed class AnswerEnds(ReplicaScheduler scheduler, LengthOracle oracle)
{
    // Tokens of each row's answer here, the lesser of its whole length and the declared one; looked up once, because every token asks.
    private int[] _lastToken = new int[16];

    /// <summary>A request has this row from now on.</summary>
    public void Took(int row)
    {
        if (row >= _lastToken.Length) Array.Resize(ref _lastToken, Math.Max(row + 1, 2 * _lastToken.Length));
        _lastToken[row] = Math.Min(DeclaredTokens(row), oracle.OutputTokensOf(AttemptId.RequestOf(scheduler.IdOf(row).Value)));
    }

    /// <summary>Tokens that the row still has to get.</summary>
    public int TokensLeft(int row) => _lastToken[row] - scheduler.GeneratedTokens(row);

    /// <summary>How the row's request ends with the token that it got last; null when it does not.</summary>
    public RequestOutcome? OutcomeOf(int row)
    {
        if (TokensLeft(row) > 0) return null;
        return _lastToken[row] == DeclaredTokens(row) ? RequestOutcome.LengthReached : RequestOutcome.Stopped;
    }

    private int DeclaredTokens(int row) => scheduler.Spec(row).Facts.OutputTokensMax;
}
