using System.Buffers;
using Kantor.Engine.Backends;

namespace Kantor.Grammars.Tokens;

/// <summary>
/// The bytes of all tokens of a vocabulary as a tree, laid out depth first, so that a walk which skips what is not allowed is a scan.
/// Tokens without bytes, which are control tokens, are not in it. Immutable, any thread.
/// </summary>
public sealed class TokenTrie
{
    private readonly List<byte> _bytes = [];
    private readonly List<int> _ends = [];
    private readonly List<ushort> _depths = [];
    private readonly List<int> _firstTokens = [];
    private readonly int[] _tokens;
    private readonly byte[][] _bytesOfToken;

    /// <summary>Reads the vocabulary of a tokenizer; takes a pass over it and a sort.</summary>
    public TokenTrie(ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        VocabularySize = tokenizer.VocabularySize;
        EndTokens = [.. Enumerable.Range(0, VocabularySize).Where(tokenizer.IsEndOfGeneration)];
        _bytesOfToken = Read(tokenizer);
        // A token that ends answers is allowed where they may end, whatever its bytes.
        foreach (var end in EndTokens) _bytesOfToken[end] = [];
        _tokens = [.. Enumerable.Range(0, VocabularySize).Where(token => _bytesOfToken[token].Length > 0)];
        Array.Sort(_tokens, (one, other) => _bytesOfToken[one].AsSpan().SequenceCompareTo(_bytesOfToken[other]));
        LayOut();
    }

    /// <summary>Tokens of the vocabulary.</summary>
    public int VocabularySize { get; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>Nodes of the tree.</summary>
    internal int Count => _bytes.Count;

    /// <summary>Longest token in bytes.</summary>
    internal int DepthMax { get; private set; }

    /// <summary>The byte that leads to a node.</summary>
    internal byte ByteOf(int node) => _bytes[node];

    /// <summary>The node after a node and all below it.</summary>
    internal int EndOf(int node) => _ends[node];

    /// <summary>Bytes up to a node, its own included.</summary>
    internal int DepthOf(int node) => _depths[node];

    /// <summary>The tokens that end with a node.</summary>
    internal ReadOnlySpan<int> TokensAt(int node) => _tokens.AsSpan(_firstTokens[node].._firstTokens[node + 1]);

    /// <summary>Bytes of a token; none of a control token, and of one that ends answers.</summary>
    internal ReadOnlySpan<byte> BytesOf(int token) => _bytesOfToken[token];

    private static byte[][] Read(ITokenizer tokenizer)
    {
        var writer = new ArrayBufferWriter<byte>(64);
        var bytes = new byte[tokenizer.VocabularySize][];
        for (var token = 0; token < bytes.Length; token++)
        {
            writer.ResetWrittenCount();
            tokenizer.Decode(token, writer);
            bytes[token] = writer.WrittenSpan.ToArray();
        }

        return bytes;
    }

    private void LayOut()
    {
        var open = new Stack<int>();
        ReadOnlySpan<byte> previous = [];
        for (var index = 0; index < _tokens.Length; index++)
        {
            var word = _bytesOfToken[_tokens[index]];
            Close(open, previous.CommonPrefixLength(word));
            Open(open, word, index);
            DepthMax = Math.Max(DepthMax, word.Length);
            previous = word;
        }

        Close(open, 0);
        _firstTokens.Add(_tokens.Length);
    }

    private void Open(Stack<int> open, byte[] word, int firstToken)
    {
        while (open.Count < word.Length)
        {
            var depth = open.Count;
            open.Push(_bytes.Count);
            _bytes.Add(word[depth]);
            _ends.Add(0);
            _depths.Add((ushort)(depth + 1));
            _firstTokens.Add(firstToken);
        }
    }

    private void Close(Stack<int> open, int depth)
    {
        while (open.Count > depth) _ends[open.Pop()] = _bytes.Count;
    }
}
