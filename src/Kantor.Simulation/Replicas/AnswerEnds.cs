using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation.Replicas;

/// <summary>Says when the answers of a replica's rows end: whole, or cut at the declared output.</summary>
internal sealed class AnswerEnds(ReplicaScheduler scheduler, LengthOracle oracle)
{
    // By row; looked up once, because every token asks.
    private int[] _wholeTokens = new int[16];

    /// <summary>A request has this row from now on.</summary>
    public void Took(int row)
    {
        if (row >= _wholeTokens.Length) Array.Resize(ref _wholeTokens, Math.Max(row + 1, 2 * _wholeTokens.Length));
        _wholeTokens[row] = oracle.OutputTokensOf(AttemptId.RequestOf(scheduler.IdOf(row).Value));
    }

    /// <summary>Tokens that the row still has to get.</summary>
    public int TokensLeft(int row) => Math.Min(scheduler.Spec(row).Facts.OutputTokensMax, _wholeTokens[row]) - scheduler.GeneratedTokens(row);

    /// <summary>How the row's request ends with the token that it got last; null when it does not.</summary>
    public RequestOutcome? OutcomeOf(int row)
    {
        var generated = scheduler.GeneratedTokens(row);
        if (generated == scheduler.Spec(row).Facts.OutputTokensMax) return RequestOutcome.LengthReached;
        return generated == _wholeTokens[row] ? RequestOutcome.Stopped : null;
    }
}
