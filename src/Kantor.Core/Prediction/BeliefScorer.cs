using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Prediction;

/// <summary>
/// Hears what a host's predictor hears, asks one of the same kind what it believes of every request when it arrives, and scores that when
/// the answer is whole. Changes nothing in the host.
/// </summary>
/// <param name="predictor">The host's predictor; it learns here in a memory of its own.</param>
/// <param name="score">Takes the beliefs; several replicas may share one.</param>
public sealed class BeliefScorer(ILengthPredictor predictor, LengthScore score) : PolicyState
{
    private readonly PolicyState _learnt = predictor.NewState();
    private readonly Dictionary<RequestId, LengthBelief> _open = [];

    /// <inheritdoc/>
    public override void TimeIs(long nowUs)
    {
        base.TimeIs(nowUs);
        _learnt.TimeIs(nowUs);
    }

    /// <inheritdoc/>
    public override void Arrived(RequestFacts request, int slot)
    {
        ArgumentNullException.ThrowIfNull(request);
        _learnt.Arrived(request, slot);
        _open[request.Id] = predictor.Predict(new LengthQuery(request, 0, request.OutputTokensMax), _learnt);
    }

    /// <inheritdoc/>
    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        ArgumentNullException.ThrowIfNull(request);
        _learnt.Ended(request, slot, end);
        if (_open.Remove(request.Id, out var belief) && end.IsCompleted) score.Add(belief, end.GeneratedTokens);
    }

    /// <inheritdoc/>
    public override void Described(RequestFacts request, TokenContent content) => _learnt.Described(request, content);

    /// <inheritdoc/>
    public override void Decided(DecisionKind kind, RequestId request, long choice) => _learnt.Decided(kind, request, choice);

    /// <inheritdoc/>
    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens) =>
        _learnt.Granted(request, slot, tokens, reserveTokens);

    /// <inheritdoc/>
    public override void Generated(RequestId request, int slot, int tokens) => _learnt.Generated(request, slot, tokens);

    /// <inheritdoc/>
    public override void Repeated(int steps) => _learnt.Repeated(steps);

    /// <inheritdoc/>
    public override void Preempted(RequestId request, int slot) => _learnt.Preempted(request, slot);

    /// <inheritdoc/>
    public override void Stepped(in StepLoad load, long us) => _learnt.Stepped(load, us);
}
