using System.Text;
using Kantor.Core.Randomness;
using Kantor.Grammars.Automata;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Tests;

/// <summary>Words of a grammar's language.</summary>
internal static class Words
{
    public static bool Has(Grammar grammar, string word)
    {
        var automaton = new ByteAutomaton(grammar);
        var state = automaton.Start;
        foreach (var value in Encoding.UTF8.GetBytes(word)) state = automaton.Step(state, value);
        return automaton.IsWhole(state);
    }

    /// <summary>A word by random bytes of those allowed; after so many bytes the shortest end.</summary>
    public static string Random(Grammar grammar, RandomStream random, int bytesUsual = 120)
    {
        var automaton = new ByteAutomaton(grammar);
        var (state, word) = (automaton.Start, new List<byte>());
        while (word.Count < bytesUsual && !(automaton.IsWhole(state) && (!automaton.HasNext(state) || random.NextInt(3) == 0)))
        {
            var allowed = Allowed(automaton, state);
            Assert.True(allowed.Length > 0, $"The word '{Encoding.UTF8.GetString([.. word])}' can neither end nor go on.");
            word.Add(allowed[random.NextInt(allowed.Length)]);
            state = automaton.Step(state, word[^1]);
        }

        word.AddRange(ShortestEnd(automaton, state));
        return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. word]);
    }

    private static byte[] Allowed(ByteAutomaton automaton, int state) =>
        [.. Enumerable.Range(0, 256).Select(value => (byte)value).Where(value => automaton.Step(state, value) != ByteAutomaton.Dead)];

    private static IEnumerable<byte> ShortestEnd(ByteAutomaton automaton, int from)
    {
        var (cameFrom, queue) = (new Dictionary<int, (int State, byte Value)>(), new Queue<int>([from]));
        while (queue.TryDequeue(out var state))
        {
            if (automaton.IsWhole(state)) return Way(cameFrom, from, state);
            foreach (var value in Allowed(automaton, state))
            {
                var next = automaton.Step(state, value);
                if (next != from && cameFrom.TryAdd(next, (state, value))) queue.Enqueue(next);
            }
        }

        throw new InvalidOperationException("The word can never end.");
    }

    private static Stack<byte> Way(Dictionary<int, (int State, byte Value)> cameFrom, int from, int to)
    {
        var way = new Stack<byte>();
        for (; to != from; to = cameFrom[to].State) way.Push(cameFrom[to].Value);
        return way;
    }
}
