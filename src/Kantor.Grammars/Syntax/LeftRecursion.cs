namespace Kantor.Grammars.Syntax;

/// <summary>
/// A rule that begins with itself can be entered for ever without a byte being read; such grammars are refused, as most parsers from the
/// top do.
/// </summary>
internal static class LeftRecursion
{
    /// <exception cref="GrammarException">There is such a rule.</exception>
    public static void Refuse(GrammarNode[] nodes)
    {
        var isNullable = Nullable(nodes);
        var marks = new byte[nodes.Length];
        var path = new Stack<(int Node, int Part)>();
        for (var node = 0; node < nodes.Length; node++)
        {
            if (marks[node] == 0) Walk(node, nodes, isNullable, marks, path);
        }
    }

    // Depth first over "can begin with"; mark 1 is on the path, 2 is done.
    private static void Walk(int start, GrammarNode[] nodes, bool[] isNullable, byte[] marks, Stack<(int Node, int Part)> path)
    {
        path.Push((start, 0));
        marks[start] = 1;
        while (path.TryPop(out var at))
        {
            if (Next(nodes[at.Node], at.Part, isNullable) is not { } part)
            {
                marks[at.Node] = 2;
                continue;
            }

            path.Push((at.Node, at.Part + 1));
            var child = nodes[at.Node].Parts[part];
            if (marks[child] == 1) throw new GrammarException("", "A rule of the grammar begins with itself (left recursion).");
            if (marks[child] == 2) continue;
            marks[child] = 1;
            path.Push((child, 0));
        }
    }

    private static int? Next(GrammarNode node, int part, bool[] isNullable)
    {
        if (part >= node.Parts.Length) return null;
        if (node.Kind == NodeKind.Sequence && part > 0 && !isNullable[node.Parts[part - 1]]) return null;
        return part;
    }

    private static bool[] Nullable(GrammarNode[] nodes)
    {
        var isNullable = new bool[nodes.Length];
        for (var hasChanged = true; hasChanged;)
        {
            hasChanged = false;
            for (var node = nodes.Length - 1; node >= 0; node--)
            {
                if (isNullable[node] || !Is(nodes[node], isNullable)) continue;
                isNullable[node] = true;
                hasChanged = true;
            }
        }

        return isNullable;
    }

    private static bool Is(GrammarNode node, bool[] isNullable) => node.Kind switch
    {
        NodeKind.Bytes => false,
        NodeKind.Sequence => Array.TrueForAll(node.Parts, part => isNullable[part]),
        NodeKind.Choice => Array.Exists(node.Parts, part => isNullable[part]),
        _ => node.Least == 0 || isNullable[node.Parts[0]],
    };
}
