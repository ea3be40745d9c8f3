using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.EventLogs.Replaying;

/// <summary>What happened to one request, and by which terms, as a replay of the log's own policy shows it.</summary>
/// <remarks>Hand it to a replay as its listener and as its decision log.</remarks>
public sealed class RequestStory(RequestId about) : PolicyState, IDecisionLog
{
    private readonly List<StoryLine> _lines = [];
    private Term[] _terms = [];
    private int _plansWaited;
    private bool _isWaiting;
    private int _generated;

    /// <summary>What happened, in order.</summary>
    public IReadOnlyList<StoryLine> Lines => _lines;

    /// <inheritdoc/>
    public void Write(DecisionKind kind, RequestId request, int choice, ReadOnlySpan<Term> terms)
    {
        if (request == about) _terms = terms.ToArray();
    }

    /// <inheritdoc/>
    public override void Arrived(RequestFacts request, int slot)
    {
        if (request.Id != about) return;
        Note($"arrived: {request.PromptTokens} prompt tokens, at most {request.OutputTokensMax} to generate, tenant {request.Tenant.Value}, "
            + $"class {request.Class.Value}, priority {request.Priority}");
        Wait();
    }

    /// <inheritdoc/>
    public override void Decided(DecisionKind kind, RequestId request, long choice)
    {
        if (kind == DecisionKind.Plan && _isWaiting) _plansWaited++;
        if (kind == DecisionKind.Refuse && request == about) Note("refused by the policy");
    }

    /// <inheritdoc/>
    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens)
    {
        if (request != about || !_isWaiting) return;
        _isWaiting = false;
        var reserve = reserveTokens > 0 ? $", room for {reserveTokens}" : "";
        Note($"admitted by plan {_plansWaited} after it began to wait, with {tokens} tokens{reserve}");
    }

    /// <inheritdoc/>
    public override void Generated(RequestId request, int slot, int tokens)
    {
        if (request != about) return;
        if (_generated == 0) Note("first token");
        _generated += tokens;
    }

    /// <inheritdoc/>
    public override void Preempted(RequestId request, int slot)
    {
        if (request != about) return;
        Note($"preempted after {_generated} tokens; waits again");
        Wait();
    }

    /// <inheritdoc/>
    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        if (request.Id != about) return;
        _isWaiting = false;
        var how = end.Outcome is { } outcome ? $"ended as {outcome}" : "went on elsewhere";
        Note($"{how}: {end.GeneratedTokens} tokens generated, {end.CachedTokens} of the prompt were cached");
    }

    private void Wait() => (_isWaiting, _plansWaited) = (true, 0);

    private void Note(string what)
    {
        _lines.Add(new StoryLine(NowUs, what, _terms));
        _terms = [];
    }
}
