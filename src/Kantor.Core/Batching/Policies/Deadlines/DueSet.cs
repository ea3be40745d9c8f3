using System.Runtime.InteropServices;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>
/// Prompts that can all be in time: kept in order of when they are due, and as soon as they cannot, those that bring the least value by
/// token of work are left out until they can (Moore, 1968, with Hodgson's proof, for equal values).
/// </summary>
/// <remarks>
/// With equal values as many stay as can be in time at all; the same holds for the value in sum where whoever takes less work is worth no
/// less (Lawler, 1976). For any values the question is as hard as the knapsack, and this is its greedy answer. A pass costs a few
/// nanoseconds for each that is kept; whoever is left out never comes back.
/// </remarks>
internal sealed class DueSet
{
    private readonly List<Entry> _entries = [];

    // What a pass reads of each, in the same order: beside each other, a long set is read at the speed of memory.
    private readonly List<(long DueUs, long Tokens)> _jobs = [];

    /// <summary>One prompt: when its first token is due, how much is to be computed, and what it is worth, at least 0.</summary>
    public readonly record struct Entry(long DueUs, long Id, int Row, int Tokens, double Value) : IComparable<Entry>
    {
        public int CompareTo(Entry other) => DueUs != other.DueUs ? DueUs.CompareTo(other.DueUs) : Id.CompareTo(other.Id);
    }

    /// <summary>When prompt tokens are computed: so many in a step that takes so long; a step with none takes the base.</summary>
    public readonly record struct Pace(int StepTokens, double StepUs, double BaseUs)
    {
        /// <summary>Time until so many are computed, at least 1.</summary>
        public double Us(long tokens)
        {
            var steps = (tokens - 1) / StepTokens;
            var rest = tokens - (steps * StepTokens);
            return (steps * StepUs) + BaseUs + ((StepUs - BaseUs) * rest / StepTokens);
        }
    }

    public int Count => _entries.Count;

    /// <summary>Puts one in; it is not in yet.</summary>
    public void Add(in Entry entry)
    {
        var place = _entries.BinarySearch(entry);
        if (place < 0) place = ~place;
        _entries.Insert(place, entry);
        _jobs.Insert(place, (entry.DueUs, entry.Tokens));
    }

    /// <summary>Takes one out, if it is in.</summary>
    public void Remove(long dueUs, long id)
    {
        var place = _entries.BinarySearch(new Entry(dueUs, id, 0, 0, 0));
        if (place >= 0) RemoveAt(place);
    }

    /// <summary>Leaves out whom the set cannot bear when so many other tokens come first; adds their rows to a list.</summary>
    public void Settle(long nowUs, long tokensBefore, in Pace pace, List<int> leftOut)
    {
        var sum = tokensBefore;
        for (var place = 0; place < _jobs.Count; place++)
        {
            place = FirstTight(place, ref sum, nowUs, pace);
            if (place == _jobs.Count) return;
            while (nowUs + pace.Us(sum) > _jobs[place].DueUs)
            {
                var worst = Worst(place);
                sum -= _jobs[worst].Tokens;
                leftOut.Add(_entries[worst].Row);
                RemoveAt(worst);
                place--;
                if (place < 0 || worst > place) break;
            }
        }
    }

    /// <summary>
    /// The first from a place on that may be late, with its tokens in the sum; their number when there is none. By a time that is at most a
    /// step too long and takes a multiplication.
    /// </summary>
    private int FirstTight(int place, ref long sum, long nowUs, in Pace pace)
    {
        var (fromUs, tokenUs) = (nowUs + pace.StepUs, pace.StepUs / pace.StepTokens);
        var jobs = CollectionsMarshal.AsSpan(_jobs);
        for (; place < jobs.Length; place++)
        {
            sum += jobs[place].Tokens;
            if (fromUs + (sum * tokenUs) > jobs[place].DueUs) return place;
        }

        return place;
    }

    private void RemoveAt(int place)
    {
        _entries.RemoveAt(place);
        _jobs.RemoveAt(place);
    }

    /// <summary>The one with the least value by token up to a place; of equal ones the last.</summary>
    private int Worst(int last)
    {
        var worst = 0;
        for (var place = 1; place <= last; place++)
        {
            var (one, other) = (_entries[place], _entries[worst]);
            if (one.Value * other.Tokens <= other.Value * one.Tokens) worst = place;
        }

        return worst;
    }
}
