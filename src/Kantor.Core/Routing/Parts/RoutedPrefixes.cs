namespace Kantor.Core.Routing.Parts;

/// <summary>
/// What one replica's cache may hold by what was sent to it: prefixes of at most so many blocks, least recently sent first out, tails
/// before heads. Nothing is heard of the replica itself.
/// </summary>
/// <remarks>
/// A prefix is there with all shorter ones, because its blocks are touched from the last to the first; so the longest that is there is
/// found by halving.
/// </remarks>
internal sealed class RoutedPrefixes(int blocksMax)
{
    private const int None = -1;

    private readonly Dictionary<ulong, int> _places = [];
    private Block[] _blocks = new Block[64];
    private int _newest = None;
    private int _oldest = None;

    private struct Block
    {
        public ulong Hash;
        public int Newer;
        public int Older;
        public int Uses;
    }

    /// <summary>Blocks that are there.</summary>
    public int Count => _places.Count;

    /// <summary>How often the block that would go first was sent; 0 when there is none.</summary>
    public int UsesOfOldest => _oldest == None ? 0 : _blocks[_oldest].Uses;

    /// <summary>Leading blocks that are there.</summary>
    public int Match(PrefixBlocks prefix)
    {
        var (there, missing) = (0, prefix.Count + 1);
        if (prefix.Count == 0 || !_places.ContainsKey(prefix[0])) return 0;
        while (missing - there > 1)
        {
            var middle = there + ((missing - there) / 2);
            if (_places.ContainsKey(prefix[middle - 1])) there = middle;
            else missing = middle;
        }

        return there;
    }

    /// <summary>The prefix was sent there.</summary>
    public void Add(PrefixBlocks prefix)
    {
        for (var block = Math.Min(prefix.Count, blocksMax) - 1; block >= 0; block--) Touch(prefix[block]);
    }

    /// <summary>Nothing is there any more.</summary>
    public void Clear()
    {
        _places.Clear();
        (_newest, _oldest) = (None, None);
    }

    private void Touch(ulong hash)
    {
        if (_places.TryGetValue(hash, out var place)) Unlink(place);
        else place = Place(hash);
        ref var block = ref _blocks[place];
        (block.Hash, block.Older, block.Newer) = (hash, _newest, None);
        block.Uses++;
        if (_newest != None) _blocks[_newest].Newer = place;
        _newest = place;
        if (_oldest == None) _oldest = place;
    }

    private int Place(ulong hash)
    {
        var place = _places.Count;
        if (place == blocksMax)
        {
            place = _oldest;
            Unlink(place);
            _places.Remove(_blocks[place].Hash);
        }
        else if (place == _blocks.Length)
        {
            Array.Resize(ref _blocks, (int)Math.Min(blocksMax, 2L * place));
        }

        _blocks[place].Uses = 0;
        _places.Add(hash, place);
        return place;
    }

    private void Unlink(int place)
    {
        var (newer, older) = (_blocks[place].Newer, _blocks[place].Older);
        if (newer == None) _newest = older;
        else _blocks[newer].Older = older;
        if (older == None) _oldest = newer;
        else _blocks[older].Newer = newer;
    }
}
