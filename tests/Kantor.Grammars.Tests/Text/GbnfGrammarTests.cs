using Kantor.Grammars.Syntax;
using Kantor.Grammars.Text;

namespace Kantor.Grammars.Tests.Text;

public class GbnfGrammarTests
{
    private const string Sums = """
        # sums, as llama.cpp's examples have them
        root  ::= (expr "=" ws term "\n")+
        expr  ::= term ([-+*/] term)*
        term  ::= ident | num | "(" ws expr ")" ws
        ident ::= [a-z] [a-z0-9_]* ws
        num   ::= [0-9]+ ws
        ws    ::= [ \t\n]*
        """;

    [Theory]
    [InlineData("x=1\n", true)]
    [InlineData("x +(y*2)= 3\n", true)]
    [InlineData("x = 1\ny = 2\n", true)]
    [InlineData("x +", false)]
    [InlineData("((x) = 1\n", false)]
    public void Rules_call_each_other(string text, bool isWord) => Assert.Equal(isWord, Words.Has(GbnfGrammar.Of(Sums), text));

    [Theory]
    [InlineData("root ::= \"a\"{2,3}", "aaa", true)]
    [InlineData("root ::= \"a\"{2,3}", "aaaa", false)]
    [InlineData("root ::= \"a\"{2,}", "aaaa", true)]
    [InlineData("root ::= [^\\n]+", "äb", true)]
    [InlineData("root ::= . .", "👍x", true)]
    [InlineData("root ::= \"\\x41\\u00e4\"", "Aä", true)]
    [InlineData("root ::=\n  \"a\" |\n  \"b\"", "a", true)]
    [InlineData("a ::= \"x\"\nroot ::= a a # twice\n", "xx", true)]
    public void Every_form_of_the_notation(string grammar, string text, bool isWord) =>
        Assert.Equal(isWord, Words.Has(GbnfGrammar.Of(grammar), text));

    [Theory]
    [InlineData("", "no rule 'root'")]
    [InlineData("root ::= a", "'a' is not defined")]
    [InlineData("root ::= \"a", "not closed")]
    [InlineData("root = \"a\"", "'::='")]
    [InlineData("root ::= (\"a\"", "'(' is not closed")]
    [InlineData("root ::= root \"a\" | \"b\"", "begins with itself")]
    [InlineData("root ::= \"a\"\nroot ::= \"b\"", "defined twice")]
    [InlineData("root ::= [z-a]", "no order")]
    [InlineData("root ::= \"a\" )", "not expected")]
    public void What_is_wrong_is_told_with_its_place__E9(string grammar, string says)
    {
        var refusal = Assert.Throws<GrammarException>(() => GbnfGrammar.Of(grammar));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }
}
