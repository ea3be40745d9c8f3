using Kantor.Grammars.Automata;
using Kantor.Grammars.Syntax;
using Kantor.Grammars.Text;

namespace Kantor.Grammars.Tests.Automata;

public class ByteAutomatonTests
{
    [Fact]
    public void A_text_goes_round_the_same_states()
    {
        var automaton = new ByteAutomaton(RegexGrammar.Of("^\"[^\"]*\"$"));
        var state = automaton.Step(automaton.Start, (byte)'"');
        for (var index = 0; index < 1000; index++) state = automaton.Step(state, (byte)'x');
        Assert.InRange(automaton.Count, 1, 5);
    }

    [Fact]
    public void Nesting_is_counted_however_deep()
    {
        var grammar = GbnfGrammar.Of("root ::= \"(\" root \")\" | \"x\"");
        Assert.True(Words.Has(grammar, new string('(', 500) + "x" + new string(')', 500)));
        Assert.False(Words.Has(grammar, new string('(', 500) + "x" + new string(')', 499)));
        Assert.False(Words.Has(grammar, new string('(', 500) + "x" + new string(')', 501)));
    }

    [Fact]
    public void Repetitions_of_what_may_be_empty_end()
    {
        Assert.True(Words.Has(GbnfGrammar.Of("root ::= (\"a\"? \"b\"?)* \"c\""), "abbac"));
        Assert.True(Words.Has(GbnfGrammar.Of("root ::= (\"\" | \"a\"?){3,5} \"c\""), "c"));
    }

    [Fact]
    public void Too_many_states_or_ways_or_rules_are_a_fault_and_never_the_end_of_the_process__E9()
    {
        // Whether the letter so many places from the end is an "a" takes a state for each set of places.
        var automaton = new ByteAutomaton(RegexGrammar.Of("^[ab]*a[ab]{20}$"), statesMax: 1000);
        var random = new Random(1);
        Assert.Throws<GrammarException>(() =>
        {
            var state = automaton.Start;
            for (var index = 0; index < 100_000; index++) state = automaton.Step(state, (byte)"ab"[random.Next(2)]);
        });
        var deep = new GrammarBuilder();
        var node = deep.Text("x");
        for (var level = 0; level < 5_000; level++) node = deep.Sequence(deep.Optional(deep.Text("y")), node);
        Assert.Throws<GrammarException>(() => new ByteAutomaton(deep.Build(node)));
        var wide = new GrammarBuilder();
        Assert.Throws<GrammarException>(() => new ByteAutomaton(wide.Build(
            wide.Choice([.. Enumerable.Range(0, 3_000).Select(way => wide.Sequence(wide.Text("a"), wide.Text($"{way}")))]))));
    }
}
