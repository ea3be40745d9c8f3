using System.Buffers;
using System.Text;
using System.Text.Json;
using Kantor.Core.Randomness;
using Kantor.Engine.Backends;
using Kantor.Grammars.Automata;
using Kantor.Grammars.Json;
using Kantor.Grammars.Syntax;
using Kantor.Grammars.Tests.Json;
using Kantor.Grammars.Text;
using Kantor.Grammars.Tokens;

namespace Kantor.Grammars.Tests.Tokens;

public class GrammarConstraintTests
{
    [Fact]
    public void A_token_is_allowed_exactly_when_its_bytes_may_follow() => TestSeed.Each(40, seed =>
    {
        var random = new RandomStream(seed, "masks");
        var trie = new TokenTrie(new DrawnTokenizer(random, 500));
        using var schema = JsonDocument.Parse(new RandomSchema(random).Document().ToJsonString());
        var grammar = JsonSchemaGrammar.Of(schema.RootElement);
        var answer = new GrammarConstraint(grammar, trie).Begin();
        var automaton = new ByteAutomaton(grammar);
        var state = automaton.Start;
        for (var step = 0; step < 30 && !answer.IsComplete; step++)
        {
            var logits = new float[trie.VocabularySize];
            answer.Mask(logits);
            for (var token = 0; token < logits.Length; token++) Assert.Equal(IsAllowed(trie, automaton, state, token), logits[token] == 0);
            var allowed = Enumerable.Range(0, logits.Length).Where(token => logits[token] == 0 && !trie.EndTokens.Contains(token)).ToArray();
            if (allowed.Length == 0) break;
            var next = allowed[random.NextInt(allowed.Length)];
            answer.Take(next);
            foreach (var value in trie.BytesOf(next)) state = automaton.Step(state, value);
        }
    });

    [Fact]
    public void Masks_are_computed_once_for_all_answers()
    {
        var trie = new TokenTrie(new DrawnTokenizer(new RandomStream(1, "vocabulary"), 300));
        var constraint = new GrammarConstraint(RegexGrammar.Of("[a-f]{1,3}"), trie);
        for (var run = 0; run < 20; run++)
        {
            var answer = constraint.Begin();
            answer.Mask(new float[trie.VocabularySize]);
            answer.Take((int)'a');
            answer.Mask(new float[trie.VocabularySize]);
        }

        Assert.Equal(2, constraint.MasksComputed);
    }

    [Fact]
    public void A_whole_answer_to_which_nothing_can_be_added_is_complete()
    {
        var trie = new TokenTrie(new DrawnTokenizer(new RandomStream(1, "vocabulary"), 300));
        var answer = new GrammarConstraint(RegexGrammar.Of("ab"), trie).Begin();
        Assert.False(answer.IsComplete);
        answer.Take('a');
        Assert.False(answer.IsComplete);
        answer.Take('b');
        Assert.True(answer.IsComplete);
    }

    [Fact]
    public void What_is_too_hard_to_follow_ends_the_answer_with_a_reason()
    {
        var trie = new TokenTrie(new DrawnTokenizer(new RandomStream(1, "vocabulary"), 256));
        var answer = new GrammarConstraint(RegexGrammar.Of("[ab]*a[ab]{20}"), trie).Begin();
        var random = new Random(1);
        var fault = Assert.Throws<InvalidOperationException>(() =>
        {
            for (var index = 0; index < 200_000; index++) answer.Take("ab"[random.Next(2)]);
        });
        Assert.Contains("states", fault.Message, StringComparison.Ordinal);
    }

    private static bool IsAllowed(TokenTrie trie, ByteAutomaton automaton, int state, int token)
    {
        if (trie.EndTokens.Contains(token)) return automaton.IsWhole(state);
        if (trie.BytesOf(token).IsEmpty) return false;
        foreach (var value in trie.BytesOf(token)) state = automaton.Step(state, value);
        return state != ByteAutomaton.Dead;
    }

    /// <summary>Every byte as a token, then drawn pieces of JSON and of text, a control token, and one that ends answers.</summary>
    private sealed class DrawnTokenizer : ITokenizer
    {
        private readonly byte[][] _tokens;

        public DrawnTokenizer(RandomStream random, int size)
        {
            const string letters = "{}[]\":,abcé 0123\\n";
            _tokens = new byte[size][];
            for (var token = 0; token < size; token++)
            {
                _tokens[token] = token < 256
                    ? [(byte)token]
                    : Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 2 + random.NextInt(5)).Select(_ => letters[random.NextInt(letters.Length)])));
            }

            if (size > 258) _tokens[^2] = [];
        }

        public int VocabularySize => _tokens.Length;

        public int[] Encode(string text, bool addBos, bool parseSpecial) => [.. Encoding.UTF8.GetBytes(text).Select(value => (int)value)];

        public void Decode(int token, IBufferWriter<byte> utf8) => utf8.Write(_tokens[token]);

        public bool IsEndOfGeneration(int token) => token == _tokens.Length - 1 && token > 256;

        public int[] EncodeChat(IReadOnlyList<ChatTurn> turns) => Encode(string.Concat(turns.Select(turn => turn.Text)), true, false);
    }
}
