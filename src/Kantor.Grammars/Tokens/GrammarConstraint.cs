using Kantor.Engine.Sampling;
using Kantor.Grammars.Automata;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Tokens;

/// <summary>
/// A grammar as a constraint on tokens. States and masks are found when an answer first needs them and kept for all later ones; several
/// answers may be at work on several threads, one of which at a time computes.
/// </summary>
public sealed class GrammarConstraint : ITokenConstraint
{
    private const long MaskBytesMax = 64L << 20;

    private readonly TokenTrie _trie;
    private readonly ByteAutomaton _automaton;
    private readonly Dictionary<int, ulong[]> _masks = [];
    private readonly int[] _path;
    private readonly int _masksMax;
    private readonly Lock _lock = new();

    /// <summary>The constraint that an answer is a word of the grammar's language.</summary>
    /// <exception cref="GrammarException">The grammar is too ambiguous to be followed.</exception>
    public GrammarConstraint(Grammar grammar, TokenTrie trie)
    {
        _trie = trie;
        _automaton = new ByteAutomaton(grammar);
        _path = new int[trie.DepthMax + 1];
        _masksMax = (int)Math.Max(1, MaskBytesMax / (8 * WordsOf(trie)));
    }

    /// <summary>Masks computed so far, those that were dropped again included.</summary>
    public long MasksComputed { get; private set; }

    /// <inheritdoc/>
    public IConstrainedAnswer Begin() => new Answer(this);

    private static int WordsOf(TokenTrie trie) => ((trie.VocabularySize - 1) / 64) + 1;

    private ulong[] MaskOf(int state)
    {
        lock (_lock)
        {
            if (_masks.TryGetValue(state, out var mask)) return mask;
            if (_masks.Count == _masksMax) _masks.Clear();
            return _masks[state] = ComputeMask(state);
        }
    }

    private ulong[] ComputeMask(int state)
    {
        MasksComputed++;
        var mask = new ulong[WordsOf(_trie)];
        if (_automaton.IsWhole(state)) Allow(mask, _trie.EndTokens);
        _path[0] = state;
        for (var node = 0; node < _trie.Count;)
        {
            var depth = _trie.DepthOf(node);
            var next = _automaton.Step(_path[depth - 1], _trie.ByteOf(node));
            if (next == ByteAutomaton.Dead)
            {
                node = _trie.EndOf(node);
                continue;
            }

            _path[depth] = next;
            foreach (var token in _trie.TokensAt(node)) mask[token >> 6] |= 1UL << (token & 63);
            node++;
        }

        return mask;
    }

    private static void Allow(ulong[] mask, IReadOnlyList<int> tokens)
    {
        foreach (var token in tokens) mask[token >> 6] |= 1UL << (token & 63);
    }

    private int After(int state, int token)
    {
        lock (_lock)
        {
            foreach (var value in _trie.BytesOf(token)) state = _automaton.Step(state, value);
            return state;
        }
    }

    private bool IsComplete(int state)
    {
        lock (_lock) return _automaton.IsWhole(state) && !_automaton.HasNext(state);
    }

    private sealed class Answer(GrammarConstraint constraint) : IConstrainedAnswer
    {
        private int _state = constraint._automaton.Start;

        public bool IsComplete => constraint.IsComplete(_state);

        public void Mask(Span<float> logits)
        {
            var mask = Guarded(() => constraint.MaskOf(_state));
            for (var word = 0; word < mask.Length; word++)
            {
                var allowed = mask[word];
                if (allowed == ulong.MaxValue) continue;
                var block = logits[(word * 64)..Math.Min(logits.Length, (word + 1) * 64)];
                if (allowed == 0) block.Fill(float.NegativeInfinity);
                else Mask(block, allowed);
            }
        }

        public void Take(int token) => _state = Guarded(() => constraint.After(_state, token));

        private static void Mask(Span<float> block, ulong allowed)
        {
            for (var bit = 0; bit < block.Length; bit++)
            {
                if (((allowed >> bit) & 1) == 0) block[bit] = float.NegativeInfinity;
            }
        }

        private static T Guarded<T>(Func<T> compute)
        {
            try
            {
                return compute();
            }
            catch (GrammarException beyond)
            {
                throw new InvalidOperationException(beyond.Message, beyond);
            }
        }
    }
}
