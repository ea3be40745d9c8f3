using Kantor.Core.Requests;

namespace Kantor.Core.Kv;

/// <summary>
/// All known prefixes as a tree of whole blocks: a node is one block's content after its parent's. A node outlives its block while a longer
/// prefix or a live sequence needs it. A child is found by its content: the parent knows one child, which is the rule within a prompt;
/// where prompts part, the others are found through a hash of (parent, content), always confirmed by comparing the content itself
/// (CVE-2025-25183: a hash alone can be made to collide).
/// </summary>
/// <remarks>Owner: <see cref="KvLedger"/>. Nodes are numbered from 1; 0 means that there is none.</remarks>
internal sealed class PrefixTree(int blockSizeTokens, Func<int, int>? keyHash)
{
    public const int None = 0;

    private readonly Dictionary<CacheDomain, int> _roots = [];
    private readonly Dictionary<int, CacheDomain> _domains = [];
    private Node[] _nodes = new Node[64];
    private TableEntry[] _entries = new TableEntry[64];
    private int[] _keys = [];
    private int[] _buckets = new int[64];
    private int _tableCount;
    private int _keysPerNode;
    private int _nodesPerKey;
    private int _tokensPerKey;
    private int _nodeCount = 1;
    private int _freeNode = None;

    // Small, since a prompt's nodes are walked one after the other: what only some nodes need lies in another array.
    private struct Node
    {
        public int Parent;
        public int Block;

        // The child that is found without the table; in a free node, the next free one.
        public int NearChild;

        // Children in the table and pins.
        public int OtherNeeds;
    }

    private struct TableEntry
    {
        public int Hash;
        public int NextInBucket;
    }

    /// <summary>Nodes in use, roots included.</summary>
    public int Count { get; private set; }

    /// <summary>The block that holds the node's content, or null while none does.</summary>
    public int? BlockOf(int node) => _nodes[node].Block is > 0 and var block ? block - 1 : null;

    /// <summary>The node before; <see cref="None"/> for a root.</summary>
    public int ParentOf(int node) => _nodes[node].Parent;

    public void SetBlock(int node, int block) => _nodes[node].Block = block + 1;

    /// <summary>The node no longer has a block; it goes away unless something needs it.</summary>
    public void ClearBlock(int node)
    {
        _nodes[node].Block = 0;
        Prune(node);
    }

    public void Pin(int node) => _nodes[node].OtherNeeds++;

    public void Unpin(int node)
    {
        _nodes[node].OtherNeeds--;
        Prune(node);
    }

    /// <summary>The domain's root; made, and kept while it has descendants or pins, on first use.</summary>
    public int RootFor(CacheDomain domain)
    {
        if (_roots.TryGetValue(domain, out var root)) return root;
        root = NewNode();
        _nodes[root] = default;
        _roots.Add(domain, root);
        _domains.Add(root, domain);
        return root;
    }

    public bool TryFindRoot(CacheDomain domain, out int root) => _roots.TryGetValue(domain, out root);

    /// <summary>Child of <paramref name="parent"/> whose content is the content's block number <paramref name="block"/>.</summary>
    public bool TryFindChild(int parent, TokenContent content, int block, out int child)
    {
        child = None;
        if (_keysPerNode == 0) return false;
        child = Find(parent, KeysOfBlock(content, block));
        return child != None;
    }

    /// <summary>The same child, made if there is none.</summary>
    public int ChildFor(int parent, TokenContent content, int block)
    {
        var keys = KeysOfBlock(content, block);
        return Find(parent, keys) is not None and var child ? child : AddChild(parent, keys);
    }

    private int Find(int parent, ReadOnlySpan<int> keys)
    {
        ref readonly var node = ref _nodes[parent];
        if (node.NearChild != None && HasKeys(node.NearChild, keys)) return node.NearChild;
        return node.OtherNeeds == 0 ? None : FindInTable(parent, keys);
    }

    private int FindInTable(int parent, ReadOnlySpan<int> keys)
    {
        var hash = HashOf(parent, keys);
        var child = _buckets[hash & (_buckets.Length - 1)];
        while (child != None && !(_entries[child].Hash == hash && _nodes[child].Parent == parent && HasKeys(child, keys)))
        {
            child = _entries[child].NextInBucket;
        }

        return child;
    }

    private int AddChild(int parent, ReadOnlySpan<int> keys)
    {
        var child = NewNode();
        _nodes[child] = new Node { Parent = parent };
        keys.CopyTo(_keys.AsSpan(child * _keysPerNode));
        if (_nodes[parent].NearChild == None) _nodes[parent].NearChild = child;
        else AddToTable(child, HashOf(parent, keys));
        return child;
    }

    private void AddToTable(int child, int hash)
    {
        if (++_tableCount > _buckets.Length) Rehash();
        ref var bucket = ref _buckets[hash & (_buckets.Length - 1)];
        _entries[child] = new TableEntry { Hash = hash, NextInBucket = bucket };
        bucket = child;
        _nodes[_nodes[child].Parent].OtherNeeds++;
    }

    private void FixGranularity(TokenContent content)
    {
        if (_keysPerNode != 0)
        {
            throw new ArgumentException($"One ledger holds content with {_tokensPerKey} tokens per key; this has {content.TokensPerKey}.");
        }

        if (blockSizeTokens % content.TokensPerKey != 0 && content.TokensPerKey % blockSizeTokens != 0)
        {
            throw new ArgumentException(
                $"Blocks of {blockSizeTokens} tokens and keys of {content.TokensPerKey} tokens: one must divide the other.");
        }

        _tokensPerKey = content.TokensPerKey;
        _nodesPerKey = Math.Max(1, _tokensPerKey / blockSizeTokens);
        _keysPerNode = Math.Max(1, blockSizeTokens / _tokensPerKey);
        _keys = new int[_nodes.Length * _keysPerNode];
    }

    private ReadOnlySpan<int> KeysOfBlock(TokenContent content, int block)
    {
        if (content.TokensPerKey != _tokensPerKey) FixGranularity(content);
        return content.Keys.Slice(_nodesPerKey == 1 ? block * _keysPerNode : block / _nodesPerKey, _keysPerNode);
    }

    private bool HasKeys(int node, ReadOnlySpan<int> keys) =>
        _keysPerNode == 1 ? _keys[node] == keys[0] : _keys.AsSpan(node * _keysPerNode, _keysPerNode).SequenceEqual(keys);

    private int HashOf(int parent, ReadOnlySpan<int> keys)
    {
        var hash = 0u;
        foreach (var key in keys) hash = ((hash ^ (uint)(keyHash?.Invoke(key) ?? key)) * 0x85EBCA6Bu) ^ (hash >> 15);
        hash = ((hash ^ (uint)parent) * 0x9E3779B1u) ^ (hash >> 16);
        hash ^= hash >> 15;
        return keyHash is null ? (int)hash : keyHash((int)hash);
    }

    private int NewNode()
    {
        Count++;
        if (_freeNode != None)
        {
            var node = _freeNode;
            _freeNode = _nodes[node].NearChild;
            return node;
        }

        if (_nodeCount == _nodes.Length)
        {
            Array.Resize(ref _nodes, _nodes.Length * 2);
            Array.Resize(ref _entries, _nodes.Length);
            if (_keysPerNode != 0) Array.Resize(ref _keys, _nodes.Length * _keysPerNode);
        }

        return _nodeCount++;
    }

    private void Prune(int node)
    {
        while (node != None)
        {
            ref var pruned = ref _nodes[node];
            if (pruned.Block != 0 || pruned.NearChild != None || pruned.OtherNeeds != 0) return;
            var parent = pruned.Parent;
            if (parent != None) Detach(node, ref _nodes[parent]);
            else if (_domains.Remove(node, out var domain)) _roots.Remove(domain);
            pruned.NearChild = _freeNode;
            _freeNode = node;
            Count--;
            node = parent;
        }
    }

    private void Detach(int node, ref Node parent)
    {
        if (parent.NearChild == node)
        {
            parent.NearChild = None;
            return;
        }

        ref var link = ref _buckets[_entries[node].Hash & (_buckets.Length - 1)];
        while (link != node) link = ref _entries[link].NextInBucket;
        link = _entries[node].NextInBucket;
        parent.OtherNeeds--;
        _tableCount--;
    }

    private void Rehash()
    {
        var old = _buckets;
        _buckets = new int[old.Length * 2];
        foreach (var head in old)
        {
            for (var node = head; node != None;)
            {
                var next = _entries[node].NextInBucket;
                ref var bucket = ref _buckets[_entries[node].Hash & (_buckets.Length - 1)];
                _entries[node].NextInBucket = bucket;
                bucket = node;
                node = next;
            }
        }
    }
}
