using Kantor.Bounds.Facts;
using Kantor.Core.StepTime;

namespace Kantor.Bounds.Exact;

/// <summary>All schedules of one replica, each state once: what every request has computed, when its tokens came, and the time.</summary>
internal sealed class StepSearch
{
    private const int Gone = -1;
    private readonly BoundRequest[] _requests;
    private readonly FleetFacts _fleet;
    private readonly StepScore _score;
    private readonly int _statesMax;
    private readonly Dictionary<State, double> _known = [];

    public StepSearch(BoundRequest[] requests, FleetFacts fleet, StepScore score, int statesMax) =>
        (_requests, _fleet, _score, _statesMax) = (requests, fleet, score, statesMax);

    public double Best() => BestFrom(new State(0, new([.. _requests.Select(request => new Progress(request.HitTokensMax, default))])));

    private double BestFrom(State state)
    {
        if (_known.TryGetValue(state, out var known)) return known;
        if (_known.Count >= _statesMax)
        {
            throw new TooManyStatesException($"More than {_statesMax} states; fewer or shorter requests can be solved.");
        }

        var best = _score.MustServeAll && IsAnyLeft(state) ? double.NegativeInfinity : 0;
        best = Math.Max(best, AfterIdling(state));
        var most = _score.MostOf(_requests.Where((request, at) => IsLeft(state, request, at)), state.NowUs);
        foreach (var grants in Steps(state, 0, []))
        {
            if (best >= most) break;
            best = Math.Max(best, After(state, grants));
        }

        return _known[state] = best;
    }

    private bool IsAnyLeft(State state) => _requests.Index().Any(each => IsLeft(state, each.Item, each.Index));

    private static bool IsLeft(State state, in BoundRequest request, int at) =>
        state.Requests[at].Computed is >= 0 and var computed && computed < EndOf(request);

    private double AfterIdling(State state)
    {
        var next = double.PositiveInfinity;
        foreach (var request in _requests)
        {
            if (request.ArrivalUs > state.NowUs) next = Math.Min(next, request.ArrivalUs);
        }

        return double.IsFinite(next) ? BestFrom(state with { NowUs = next }) : double.NegativeInfinity;
    }

    /// <summary>Every division of a step's tokens that grants something.</summary>
    private IEnumerable<int[]> Steps(State state, int index, int[] before)
    {
        if (index == _requests.Length) return before.Any(tokens => tokens > 0) ? [before] : [];
        var most = MostTokens(state, index, before);
        return Enumerable.Range(0, most + 1).Select(less => most - less)
            .SelectMany(tokens => Steps(state, index + 1, [.. before, tokens]));
    }

    private int MostTokens(State state, int index, int[] before)
    {
        var (request, computed) = (_requests[index], state.Requests[index].Computed);
        var isAbsent = request.ArrivalUs > state.NowUs || computed >= EndOf(request) || computed < 0;
        if (isAbsent || before.Count(tokens => tokens > 0) >= _fleet.Limits.RunningMax) return 0;
        var left = _fleet.Limits.StepTokensMax - before.Sum();
        var room = _fleet.KvTokens - before.Select((tokens, at) => tokens > 0 ? state.Requests[at].Computed + tokens : 0L).Sum() - computed;
        var wanted = Math.Max(1, request.PromptTokens - computed);
        return (int)Math.Max(0, Math.Min(Math.Min(left, room), wanted));
    }

    private double After(State state, int[] grants)
    {
        var load = default(StepLoad);
        for (var at = 0; at < grants.Length; at++)
        {
            var computed = state.Requests[at].Computed;
            if (grants[at] > 0) load = load.With(grants[at], computed, computed >= _requests[at].PromptTokens);
        }

        var now = state.NowUs + _fleet.StepTime.StepUs(load);
        var (earned, next) = (0.0, (Progress[])[.. state.Requests.Items]);
        for (var at = 0; at < grants.Length; at++)
        {
            if (grants[at] > 0) earned += Advance(_requests[at], ref next[at], grants[at], now);
        }

        DropOver(next, now);
        return earned + BestFrom(new State(now, new(next)));
    }

    private void DropOver(Progress[] progress, double nowUs)
    {
        for (var at = 0; at < progress.Length; at++)
        {
            var (request, computed) = (_requests[at], progress[at].Computed);
            if (computed >= EndOf(request) || _score.IsLost(request, computed, nowUs)) progress[at] = new Progress(Gone, default);
        }
    }

    private double Advance(in BoundRequest request, ref Progress progress, int tokens, double nowUs)
    {
        var computed = progress.Computed + tokens;
        var token = computed - request.PromptTokens + 1;
        if (token < 1)
        {
            progress = progress with { Computed = computed };
            return 0;
        }

        // Lost requests need no more steps.
        var earned = _score.Earned(request, token, progress.Times, nowUs);
        progress = earned is null ? new Progress(Gone, default) : new Progress(computed, _score.Kept(token, progress.Times, nowUs));
        return earned ?? 0;
    }

    /// <summary>Tokens that are computed when the last one is generated.</summary>
    private static int EndOf(in BoundRequest request) => request.PromptTokens + request.Decodes;

    private readonly record struct Progress(int Computed, TokenTimes Times);

    private readonly record struct State(double NowUs, ValueArray<Progress> Requests);
}
