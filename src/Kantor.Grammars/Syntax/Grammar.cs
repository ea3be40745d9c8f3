namespace Kantor.Grammars.Syntax;

/// <summary>
/// A context-free language over bytes, as a graph of nodes. Immutable, any thread. Made by a <see cref="GrammarBuilder"/>.
/// </summary>
public sealed class Grammar
{
    private readonly GrammarNode[] _nodes;

    internal Grammar(GrammarNode[] nodes, int root) => (_nodes, Root) = (nodes, root);

    /// <summary>Number of nodes, which is what its size is limited by.</summary>
    public int Count => _nodes.Length;

    internal int Root { get; }

    internal GrammarNode this[int node] => _nodes[node];
}

/// <summary>What a node of a grammar stands for.</summary>
internal enum NodeKind
{
    /// <summary>One byte of a set.</summary>
    Bytes,

    /// <summary>The parts one after the other.</summary>
    Sequence,

    /// <summary>One of the parts.</summary>
    Choice,

    /// <summary>The first part, so many times.</summary>
    Repeat,
}

/// <summary>A node; parts are numbers of nodes.</summary>
internal sealed record GrammarNode(NodeKind Kind, ByteSet Set, int[] Parts, int Least = 0, int? Most = null);
