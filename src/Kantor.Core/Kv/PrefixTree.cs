namespace Kantor.Core.Kv;

/// <summary>
/// All known prefixes as a tree of whole blocks: a node is one block's content after its parent's. A node outlives its block while a longer
/// prefix or a live sequence needs it. Found through a hash of (parent, content), always confirmed by comparing the content itself
/// (CVE-2025-25183: a hash alone can be made to collide).
/// </summary>
/// <remarks>Owner: <see cref="KvLedger"/>. Nodes are numbered from 1; 0 means that there is none.</remarks>
internal sealed class PrefixTree(int blockSizeTokens, Func<int, int>? keyHash)
{
    public const int None = 0;

    private readonly Dictionary<CacheDomain, int> _roots = [];
    private Node[] _nodes = new Node[64];
    private int[] _keys = [];
    private int[] _buckets = new int[64];
    private int _keysPerNode;
    private int _tokensPerKey;
    private int _nodeCount = 1;
    private int _freeNode = None;

    private struct Node
    {
        public int Parent;
        public int Block;
        public int Children;
        public int Pins;
        public int NextInBucket;
        public int Hash;
        public CacheDomain Domain;
    }

    /// <summary>Nodes in use, roots included.</summary>
    public int Count { get; private set; }

    /// <summary>The block that holds the node's content, or null while none does.</summary>
    public int? BlockOf(int node) => _nodes[node].Block is > 0 and var block ? block - 1 : null;

    public void SetBlock(int node, int block) => _nodes[node].Block = block + 1;

    /// <summary>The node no longer has a block; it goes away unless something needs it.</summary>
    public void ClearBlock(int node)
    {
        _nodes[node].Block = 0;
        Prune(node);
    }

    public void Pin(int node) => _nodes[node].Pins++;

    public void Unpin(int node)
    {
        _nodes[node].Pins--;
        Prune(node);
    }

    /// <summary>The domain's root; made, and kept while it has descendants or pins, on first use.</summary>
    public int RootFor(CacheDomain domain)
    {
        if (_roots.TryGetValue(domain, out var root)) return root;
        root = NewNode();
        _nodes[root] = new Node { Domain = domain };
        _roots.Add(domain, root);
        return root;
    }

    public bool TryFindRoot(CacheDomain domain, out int root) => _roots.TryGetValue(domain, out root);

    /// <summary>Child of <paramref name="parent"/> whose content is the content's block number <paramref name="block"/>.</summary>
    public bool TryFindChild(int parent, TokenContent content, int block, out int child)
    {
        child = None;
        if (_keysPerNode == 0) return false;
        var keys = KeysOfBlock(content, block);
        child = Find(parent, keys, HashOf(parent, keys));
        return child != None;
    }

    /// <summary>The same child, made if there is none.</summary>
    public int ChildFor(int parent, TokenContent content, int block)
    {
        FixGranularity(content);
        var keys = KeysOfBlock(content, block);
        var hash = HashOf(parent, keys);
        return Find(parent, keys, hash) is not None and var child ? child : AddChild(parent, keys, hash);
    }

    private int Find(int parent, ReadOnlySpan<int> keys, int hash)
    {
        var child = _buckets[hash & (_buckets.Length - 1)];
        while (child != None && !(_nodes[child].Hash == hash && _nodes[child].Parent == parent && KeysOf(child).SequenceEqual(keys))) child = _nodes[child].NextInBucket;
        return child;
    }

    private int AddChild(int parent, ReadOnlySpan<int> keys, int hash)
    {
        var child = NewNode();
        if (Count > _buckets.Length) Rehash();
        ref var bucket = ref _buckets[hash & (_buckets.Length - 1)];
        _nodes[child] = new Node { Parent = parent, Hash = hash, NextInBucket = bucket };
        bucket = child;
        keys.CopyTo(_keys.AsSpan(child * _keysPerNode));
        _nodes[parent].Children++;
        return child;
    }

    private void FixGranularity(TokenContent content)
    {
        if (_keysPerNode != 0)
        {
            if (content.TokensPerKey == _tokensPerKey) return;
            throw new ArgumentException($"One ledger holds content with {_tokensPerKey} tokens per key; this has {content.TokensPerKey}.");
        }

        _tokensPerKey = content.TokensPerKey;
        if (blockSizeTokens % _tokensPerKey != 0 && _tokensPerKey % blockSizeTokens != 0)
        {
            throw new ArgumentException(
                $"Blocks of {blockSizeTokens} tokens and keys of {_tokensPerKey} tokens: one must divide the other.");
        }

        _keysPerNode = Math.Max(1, blockSizeTokens / _tokensPerKey);
        _keys = new int[_nodes.Length * _keysPerNode];
    }

    private ReadOnlySpan<int> KeysOfBlock(TokenContent content, int block)
    {
        if (content.TokensPerKey != _tokensPerKey) FixGranularity(content);
        return content.Keys.Slice((int)((long)block * blockSizeTokens / _tokensPerKey), _keysPerNode);
    }

    private ReadOnlySpan<int> KeysOf(int node) => _keys.AsSpan(node * _keysPerNode, _keysPerNode);

    /// <summary>
    /// The parent is added, not mixed in: nodes of one prefix are numbered in a row, and so lie in neighbouring buckets while their keys are
    /// equal, which is the rule where a key stands for many blocks.
    /// </summary>
    private int HashOf(int parent, ReadOnlySpan<int> keys)
    {
        var hash = 0u;
        foreach (var key in keys) hash = ((hash ^ (uint)(keyHash?.Invoke(key) ?? key)) * 0x85EBCA6Bu) ^ (hash >> 15);
        hash = (uint)parent + (hash ^ (hash >> 16));
        return keyHash is null ? (int)hash : keyHash((int)hash);
    }

    private int NewNode()
    {
        Count++;
        if (_freeNode != None)
        {
            var node = _freeNode;
            _freeNode = _nodes[node].NextInBucket;
            return node;
        }

        if (_nodeCount == _nodes.Length)
        {
            Array.Resize(ref _nodes, _nodes.Length * 2);
            if (_keysPerNode != 0) Array.Resize(ref _keys, _nodes.Length * _keysPerNode);
        }

        return _nodeCount++;
    }

    private void Prune(int node)
    {
        while (node != None && _nodes[node] is { Block: 0, Children: 0, Pins: 0 })
        {
            var parent = _nodes[node].Parent;
            if (parent == None) _roots.Remove(_nodes[node].Domain);
            else
            {
                Unlink(node);
                _nodes[parent].Children--;
            }

            _nodes[node].NextInBucket = _freeNode;
            _freeNode = node;
            Count--;
            node = parent;
        }
    }

    private void Unlink(int node)
    {
        ref var link = ref _buckets[_nodes[node].Hash & (_buckets.Length - 1)];
        while (link != node) link = ref _nodes[link].NextInBucket;
        link = _nodes[node].NextInBucket;
    }

    private void Rehash()
    {
        var old = _buckets;
        _buckets = new int[old.Length * 2];
        foreach (var head in old)
        {
            for (var node = head; node != None;)
            {
                var next = _nodes[node].NextInBucket;
                ref var bucket = ref _buckets[_nodes[node].Hash & (_buckets.Length - 1)];
                _nodes[node].NextInBucket = bucket;
                bucket = node;
                node = next;
            }
        }
    }
}
