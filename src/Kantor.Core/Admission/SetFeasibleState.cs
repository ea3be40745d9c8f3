using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Admission;

/// <summary>Prompts that were let in and are not known to be computed, by the time when their first token is due.</summary>
internal sealed class SetFeasibleState : PolicyState
{
    // By due time, then id.
    private readonly List<Promise> _promises = [];
    private Promise _judged;

    public readonly record struct Promise(long DueUs, RequestId Id, int Tokens) : IComparable<Promise>
    {
        public int CompareTo(Promise other) => DueUs != other.DueUs ? DueUs.CompareTo(other.DueUs) : Id.CompareTo(other.Id);
    }

    /// <summary>Tokens of all promises.</summary>
    public long Tokens { get; private set; }

    /// <summary>
    /// So many prompt tokens are still missing in truth: promises beyond that are computed, those that are due first before others.
    /// </summary>
    public void Catch(long missingTokens)
    {
        while (_promises.Count > 0 && Tokens - _promises[0].Tokens >= missingTokens) RemoveAt(0);
        if (Tokens <= missingTokens) return;
        _promises[0] = _promises[0] with { Tokens = _promises[0].Tokens - (int)(Tokens - missingTokens) };
        Tokens = missingTokens;
    }

    /// <summary>
    /// Whether all first tokens are in time, in order of when they are due, if so many tokens come before all and a token takes so long.
    /// </summary>
    public bool Holds(in Promise more, long tokensBefore, double tokenUs, long nowUs)
    {
        var (sum, isCounted) = ((double)tokensBefore, false);
        foreach (var promise in _promises)
        {
            if (!isCounted && more.CompareTo(promise) < 0)
            {
                sum += more.Tokens;
                isCounted = true;
                if (nowUs + (sum * tokenUs) > more.DueUs) return false;
            }

            sum += promise.Tokens;
            // Who is late already is late without the newcomer too.
            var wasInTime = nowUs + ((sum - more.Tokens) * tokenUs) <= promise.DueUs;
            if (isCounted && wasInTime && nowUs + (sum * tokenUs) > promise.DueUs) return false;
        }

        return isCounted || nowUs + ((sum + more.Tokens) * tokenUs) <= more.DueUs;
    }

    public void Consider(in Promise promise) => _judged = promise;

    public override void Arrived(RequestFacts request, int slot)
    {
        if (_judged.Tokens == 0 || _judged.Id != request.Id) return;
        var place = _promises.BinarySearch(_judged);
        _promises.Insert(place < 0 ? ~place : place, _judged);
        Tokens += _judged.Tokens;
        _judged = default;
    }

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        var place = _promises.FindIndex(promise => promise.Id == request.Id);
        if (place >= 0) RemoveAt(place);
    }

    private void RemoveAt(int place)
    {
        Tokens -= _promises[place].Tokens;
        _promises.RemoveAt(place);
    }
}
