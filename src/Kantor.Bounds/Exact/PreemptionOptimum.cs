using Kantor.Bounds.Facts;
using Kantor.Core.StepTime;

namespace Kantor.Bounds.Exact;

/// <summary>
/// The least time in which one replica serves a few short requests that are all there at once, when giving up KV means to compute it again:
/// every division of every step and every choice of victims is tried (INFERMAX, arXiv 2411.07447, as a program; reconstructed in the
/// research notes, scheduling 7). No heuristic that recomputes can be faster.
/// </summary>
/// <remarks>
/// Shortest path over what every request has in memory and has generated, so exponential in their number. Cached prefixes and arrival times
/// do not count.
/// </remarks>
public sealed class PreemptionOptimum
{
    private readonly BoundRequest[] _requests;
    private readonly FleetFacts _fleet;
    private readonly int _statesMax;
    private readonly PriorityQueue<ValueArray<Progress>, double> _open = new();
    private readonly Dictionary<ValueArray<Progress>, double> _reached = [];

    private PreemptionOptimum(BoundRequest[] requests, FleetFacts fleet, int statesMax) =>
        (_requests, _fleet, _statesMax) = (requests, fleet, statesMax);

    /// <summary>Least sum of step times, in microseconds.</summary>
    /// <exception cref="ArgumentException">There are too many requests or states, or one fits into no pool.</exception>
    public static double LeastUs(IReadOnlyList<BoundRequest> requests, FleetFacts fleet, int statesMax = 1_000_000)
    {
        fleet.Validate();
        foreach (var request in requests) request.Validate(nameof(requests));
        if (requests.Count > StepOptimum.RequestsMax)
        {
            throw new ArgumentException($"{requests.Count} requests; at most {StepOptimum.RequestsMax} can be solved.", nameof(requests));
        }

        if (requests.Any(request => request.PromptTokens + request.Decodes > fleet.KvTokens))
        {
            throw new ArgumentException("A request is longer than the pool.", nameof(requests));
        }

        return new PreemptionOptimum([.. requests], fleet, statesMax).Search();
    }

    private double Search()
    {
        Reach(new ValueArray<Progress>([.. _requests.Select(_ => default(Progress))]), 0);
        while (_open.TryDequeue(out var state, out var us))
        {
            if (us > _reached[state]) continue;
            if (state.Items.Index().All(each => IsOver(each.Index, each.Item))) return us;
            if (_reached.Count > _statesMax)
            {
                throw new TooManyStatesException($"More than {_statesMax} states; fewer or shorter requests can be solved.");
            }

            foreach (var choice in Choices(state, 0, [])) Take(state, choice, us);
        }

        throw new InvalidOperationException("No schedule ends, although every request fits alone.");
    }

    private void Reach(ValueArray<Progress> state, double us)
    {
        if (_reached.TryGetValue(state, out var known) && known <= us) return;
        _reached[state] = us;
        _open.Enqueue(state, us);
    }

    private bool IsOver(int index, Progress progress) => progress.Generated == _requests[index].OutputTokens;

    /// <summary>For each request, whether it gives its KV up and how much it computes then.</summary>
    private IEnumerable<Choice[]> Choices(ValueArray<Progress> state, int index, Choice[] before)
    {
        if (index == _requests.Length) return [before];
        var (left, room, places) = (_fleet.Limits.StepTokensMax, _fleet.KvTokens, _fleet.Limits.RunningMax);
        for (var at = 0; at < before.Length; at++)
        {
            left -= before[at].Tokens;
            room -= before[at].Held(state[at]);
            if (before[at].Tokens > 0) places--;
        }

        var most = places > 0 ? left : 0;
        return Of(index, state[index], most, room).SelectMany(choice => Choices(state, index + 1, [.. before, choice]));
    }

    private IEnumerable<Choice> Of(int index, Progress progress, int most, long room)
    {
        if (IsOver(index, progress)) return [default];
        var all = _requests[index].PromptTokens + progress.Generated;
        return
            from isEvicted in progress.InMemory > 0 ? (bool[])[false, true] : [false]
            let held = isEvicted ? 0 : progress.InMemory
            where held <= room
            from tokens in Enumerable.Range(0, 1 + (int)Math.Max(0, Math.Min(Math.Min(most, all - held), room - held)))
            select new Choice(isEvicted, tokens);
    }

    private void Take(ValueArray<Progress> state, Choice[] choices, double us)
    {
        var (load, next) = (default(StepLoad), (Progress[])[.. state.Items]);
        for (var at = 0; at < choices.Length; at++)
        {
            var (context, tokens) = (choices[at].IsEvicted ? 0 : next[at].InMemory, choices[at].Tokens);
            var all = _requests[at].PromptTokens + next[at].Generated;
            if (tokens > 0) load = load.With(tokens, context, isDecode: tokens == 1 && next[at].Generated > 0 && context == all - 1);
            next[at] = After(at, next[at], context + tokens, generates: tokens > 0 && context + tokens == all);
        }

        if (!load.IsEmpty) Reach(new ValueArray<Progress>(next), us + _fleet.StepTime.StepUs(load));
    }

    private Progress After(int index, Progress before, int inMemory, bool generates)
    {
        var after = new Progress(inMemory, before.Generated + (generates ? 1 : 0));
        return IsOver(index, after) ? after with { InMemory = 0 } : after;
    }

    private readonly record struct Choice(bool IsEvicted, int Tokens)
    {
        public long Held(Progress progress) => (IsEvicted ? 0 : progress.InMemory) + Tokens;
    }

    private readonly record struct Progress(int InMemory, int Generated);
}
