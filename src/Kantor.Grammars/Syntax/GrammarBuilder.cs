using System.Text;

namespace Kantor.Grammars.Syntax;

/// <summary>Puts a <see cref="Grammar"/> together. A node is a number; rules may name each other before they are defined.</summary>
/// <param name="nodesMax">Most nodes; a grammar that needs more is refused.</param>
public sealed class GrammarBuilder(int nodesMax = GrammarBuilder.NodesUsual)
{
    /// <summary>Most nodes when nothing is said.</summary>
    public const int NodesUsual = 200_000;

    /// <summary>Most repetitions that are counted.</summary>
    public const int RepeatsMax = 100_000;

    private readonly List<GrammarNode> _nodes = [];
    private readonly Dictionary<ByteSet, int> _sets = [];
    private readonly Dictionary<string, int> _texts = [];
    private readonly HashSet<int> _open = [];

    /// <summary>Nothing.</summary>
    public int Empty() => Sequence();

    /// <summary>One byte of a set.</summary>
    public int Bytes(ByteSet set)
    {
        if (!_sets.TryGetValue(set, out var node)) _sets[set] = node = Add(new GrammarNode(NodeKind.Bytes, set, []));
        return node;
    }

    /// <summary>A text, as UTF-8.</summary>
    public int Text(string text)
    {
        if (!_texts.TryGetValue(text, out var node)) _texts[text] = node = Text(Encoding.UTF8.GetBytes(text));
        return node;
    }

    /// <summary>Bytes in their order.</summary>
    public int Text(ReadOnlySpan<byte> bytes)
    {
        var parts = new int[bytes.Length];
        for (var index = 0; index < parts.Length; index++) parts[index] = Bytes(default(ByteSet).With(bytes[index]));
        return Sequence(parts);
    }

    /// <summary>Parts one after the other.</summary>
    public int Sequence(params int[] parts) => parts.Length == 1 ? parts[0] : Add(new GrammarNode(NodeKind.Sequence, default, [.. parts]));

    /// <summary>One of the parts; of none, nothing can be written.</summary>
    public int Choice(params int[] parts) => parts.Length == 1 ? parts[0] : Add(new GrammarNode(NodeKind.Choice, default, [.. parts]));

    /// <summary>A part or nothing.</summary>
    public int Optional(int part) => Choice(part, Empty());

    /// <summary>A part so many times; null for any number.</summary>
    /// <exception cref="GrammarException">More repetitions are to be counted than can be.</exception>
    public int Repeat(int part, int least, int? most)
    {
        if (least > RepeatsMax || most > RepeatsMax)
        {
            throw new GrammarException("", $"{Math.Max(least, most ?? 0)} repetitions are more than the {RepeatsMax} that are counted.");
        }

        return (least, most) switch
        {
            (_, 0) => Empty(),
            (0, 1) => Optional(part),
            (1, 1) => part,
            _ => Add(new GrammarNode(NodeKind.Repeat, default, [part], least, most)),
        };
    }

    /// <summary>A rule that is defined later.</summary>
    public int Rule()
    {
        var node = Add(new GrammarNode(NodeKind.Sequence, default, []));
        _open.Add(node);
        return node;
    }

    /// <summary>Says what a rule stands for.</summary>
    public void Define(int rule, int body)
    {
        if (!_open.Remove(rule)) throw new InvalidOperationException($"Node {rule} is no rule that is to be defined.");
        _nodes[rule] = new GrammarNode(NodeKind.Sequence, default, [body]);
    }

    /// <summary>The grammar of what <paramref name="root"/> stands for.</summary>
    /// <exception cref="GrammarException">A rule begins with itself.</exception>
    public Grammar Build(int root)
    {
        if (_open.Count > 0) throw new InvalidOperationException("A rule was not defined.");
        var nodes = _nodes.ToArray();
        LeftRecursion.Refuse(nodes);
        return new Grammar(nodes, root);
    }

    private int Add(GrammarNode node)
    {
        if (_nodes.Count == nodesMax) throw new GrammarException("", $"The grammar needs more than {nodesMax} nodes.");
        _nodes.Add(node);
        return _nodes.Count - 1;
    }
}
