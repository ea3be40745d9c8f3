namespace Kantor.Core.Kv;

/// <summary>Numbers below a bound by (key, turn), least first; any of them can leave.</summary>
internal sealed class PriorityHeap(int capacity)
{
    private readonly int[] _items = new int[capacity];
    private readonly (double Key, long Turn)[] _keys = new (double Key, long Turn)[capacity];

    // Place in the heap + 1; 0 for numbers that are not in it.
    private readonly int[] _places = new int[capacity];
    private int _count;

    public int? First => _count > 0 ? _items[0] : null;

    public void Add(int item, double key, long turn)
    {
        _keys[item] = (key, turn);
        Put(_count++, item);
        Rise(_count - 1);
    }

    /// <summary>Takes the number out, if it is in.</summary>
    public void Remove(int item)
    {
        var place = _places[item] - 1;
        if (place < 0) return;
        _places[item] = 0;
        if (place == --_count) return;
        Put(place, _items[_count]);
        Rise(place);
        Sink(place);
    }

    private void Rise(int place)
    {
        var item = _items[place];
        for (var above = (place - 1) / 2; place > 0 && IsBefore(item, _items[above]); above = (place - 1) / 2)
        {
            Put(place, _items[above]);
            place = above;
        }

        Put(place, item);
    }

    private void Sink(int place)
    {
        var item = _items[place];
        for (var below = LesserBelow(place); below < _count && IsBefore(_items[below], item); below = LesserBelow(place))
        {
            Put(place, _items[below]);
            place = below;
        }

        Put(place, item);
    }

    private int LesserBelow(int place)
    {
        var left = (2 * place) + 1;
        return left + 1 < _count && IsBefore(_items[left + 1], _items[left]) ? left + 1 : left;
    }

    private bool IsBefore(int item, int other)
    {
        var (mine, its) = (_keys[item], _keys[other]);
        return mine.Key < its.Key || (mine.Key == its.Key && mine.Turn < its.Turn);
    }

    private void Put(int place, int item)
    {
        _items[place] = item;
        _places[item] = place + 1;
    }
}
