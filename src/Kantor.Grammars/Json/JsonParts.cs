using System.Text;
using Kantor.Grammars.Syntax;

namespace Kantor.Grammars.Json;

/// <summary>
/// The pieces of JSON (RFC 8259) as nodes. A blank may stand after a colon and a comma, and nowhere else: models write so, and an answer
/// cannot be all blanks.
/// </summary>
internal sealed class JsonParts
{
    private const string Hex = "0-9a-fA-F";

    private readonly GrammarBuilder _to;
    private int? _value;
    private int? _string;
    private int? _number;
    private int? _integer;
    private int? _character;

    public JsonParts(GrammarBuilder to)
    {
        _to = to;
        Blank = to.Optional(to.Text(" "));
        Quote = to.Text("\"");
    }

    public int Quote { get; }

    public int Blank { get; }

    /// <summary>Any value; arrays and objects nest as deep as the answer has room.</summary>
    public int Value => _value ??= AnyValue();

    /// <summary>Any text in quotes.</summary>
    public int String => _string ??= Quoted(_to.Repeat(Character, 0, null));

    /// <summary>Any number, of at most 15 digits on either side of the point, which every reader keeps.</summary>
    public int Number => _number ??= _to.Sequence(Integer, _to.Optional(Fraction()), _to.Optional(Exponent()));

    /// <summary>Any whole number of at most 15 digits.</summary>
    public int Integer => _integer ??= _to.Sequence(_to.Optional(_to.Text("-")), Whole());

    /// <summary>One character of a text, escaped or not; half a surrogate pair is none.</summary>
    public int Character => _character ??= _to.Choice(
        CodePoints.Of(_to, CodePoints.Except([(0, 0x1F), ('"', '"'), ('\\', '\\'), (0x7F, 0x7F)])), Escape());

    /// <summary>One character that stands for itself: no escapes.</summary>
    public int PlainCharacter(IEnumerable<char> except) => CodePoints.Of(
        _to, CodePoints.Except([(0, 0x1F), ('"', '"'), ('\\', '\\'), (0x7F, 0x7F), .. except.Select(other => ((int)other, (int)other))]));

    /// <summary>Something in quotes.</summary>
    public int Quoted(int text) => _to.Sequence(Quote, text, Quote);

    /// <summary>A digit.</summary>
    public int Digit(char first = '0', char last = '9') => _to.Bytes(ByteSet.Range((byte)first, (byte)last));

    /// <summary>A comma and what may follow it.</summary>
    public int Comma() => _to.Sequence(_to.Text(","), Blank);

    /// <summary>Values in brackets.</summary>
    public int Array(int item, int least, int? most)
    {
        if (most == 0) return _to.Text("[]");
        var more = _to.Repeat(_to.Sequence(Comma(), item), Math.Max(0, least - 1), most - 1);
        var some = _to.Sequence(_to.Text("["), item, more, _to.Text("]"));
        return least > 0 ? some : _to.Choice(_to.Text("[]"), some);
    }

    /// <summary>A name, a colon and a value.</summary>
    public int Member(int name, int value) => _to.Sequence(name, _to.Text(":"), Blank, value);

    /// <summary>One byte of a class like <c>0-9a-f</c>.</summary>
    private int Class(string ranges)
    {
        var set = default(ByteSet);
        for (var index = 0; index < ranges.Length; index += 3) set = set.Or(ByteSet.Range((byte)ranges[index], (byte)ranges[index + 2]));
        return _to.Bytes(set);
    }

    private int Whole() => _to.Choice(_to.Text("0"), _to.Sequence(Digit('1'), _to.Repeat(Digit(), 0, 14)));

    private int Fraction() => _to.Sequence(_to.Text("."), _to.Repeat(Digit(), 1, 15));

    private int Exponent() => _to.Sequence(
        _to.Choice(_to.Text("e"), _to.Text("E")),
        _to.Optional(_to.Choice(_to.Text("+"), _to.Text("-"))),
        _to.Repeat(Digit(), 1, 2));

    private int Escape()
    {
        var hex = Class(Hex);
        var simple = _to.Choice([.. "\"\\/bfnrt".Select(letter => _to.Text(letter.ToString()))]);
        var plain = _to.Choice(
            _to.Sequence(Class("0-9a-cA-Ce-fE-F"), hex, hex, hex), _to.Sequence(Class("d-dD-D"), Class("0-7"), hex, hex));
        var high = _to.Sequence(Class("d-dD-D"), Class("8-9a-bA-B"), hex, hex);
        var low = _to.Sequence(Class("d-dD-D"), Class("c-fC-F"), hex, hex);
        return _to.Sequence(
            _to.Text("\\"),
            _to.Choice(simple, _to.Sequence(_to.Text("u"), _to.Choice(plain, _to.Sequence(high, _to.Text("\\u"), low)))));
    }

    private int AnyValue()
    {
        var value = _to.Rule();
        _value = value;
        _to.Define(value, _to.Choice(
            AnyObject(), Array(value, 0, null), String, Number, _to.Text("true"), _to.Text("false"), _to.Text("null")));
        return value;
    }

    /// <summary>Any object.</summary>
    public int AnyObject()
    {
        var member = Member(String, Value);
        return _to.Choice(
            _to.Text("{}"), _to.Sequence(_to.Text("{"), member, _to.Repeat(_to.Sequence(Comma(), member), 0, null), _to.Text("}")));
    }

    /// <summary>The characters of a text as they stand between quotes: escaped where they must be.</summary>
    public static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append("\\\\"),
                '\n' => escaped.Append("\\n"),
                '\t' => escaped.Append("\\t"),
                '\r' => escaped.Append("\\r"),
                < ' ' or '\u007f' =>
                    escaped.Append("\\u").Append(((int)character).ToString("x4", System.Globalization.CultureInfo.InvariantCulture)),
                _ => escaped.Append(character),
            };
        }

        return escaped.ToString();
    }
}
