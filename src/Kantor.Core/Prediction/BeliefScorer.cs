using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Prediction;

/// <summary>
/// Asks a predictor what it believes of every request when it arrives, and scores that when the answer is whole. Changes nothing in the
/// host.
/// </summary>
public sealed class BeliefScorer : PolicyState
{
    private readonly ILengthPredictor _predictor;
    private readonly PolicyState _learnt;
    private readonly LengthScore _score;
    private readonly Dictionary<RequestId, LengthBelief> _open = [];

    private BeliefScorer(ILengthPredictor predictor, PolicyState learnt, LengthScore score) =>
        (_predictor, _learnt, _score) = (predictor, learnt, score);

    /// <summary>A scorer that hears what the host's predictor hears, which learns here in a memory of its own.</summary>
    /// <param name="predictor">The host's predictor.</param>
    /// <param name="score">Takes the beliefs; several replicas may share one.</param>
    public static PolicyState Of(ILengthPredictor predictor, LengthScore score)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        var learnt = predictor.NewState();
        return PolicyStates.Of(learnt, new BeliefScorer(predictor, learnt, score));
    }

    /// <inheritdoc/>
    public override void Arrived(RequestFacts request, int slot)
    {
        ArgumentNullException.ThrowIfNull(request);
        _open[request.Id] = _predictor.Predict(new LengthQuery(request, 0, request.OutputTokensMax), _learnt);
    }

    /// <inheritdoc/>
    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_open.Remove(request.Id, out var belief) && end.IsCompleted) _score.Add(belief, end.GeneratedTokens);
    }
}
