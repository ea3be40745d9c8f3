using System.Globalization;

namespace Kantor.Core.Objectives;

/// <summary>Reads the line of an <see cref="Objective"/>, from left to right. The first fault ends it; columns count from 1.</summary>
internal sealed class ObjectiveParser
{
    private const string AfterATerm = "after a term comes '+', 'weights {…}' or the end";
    private const string Names = "goodput(ttft=2s,itl=100ms), latency(mean-e2e), tail(p99-ttft) or throughput";
    private const NumberStyles Plain = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private readonly string _text;
    private int _at;

    private ObjectiveParser(string text) => _text = text;

    public static bool TryParse(string text, out Objective objective, out string error)
    {
        var parser = new ObjectiveParser(text);
        (objective, error) = (Objective.Goodput(new SloSpec()), "");
        try
        {
            objective = parser.Line();
            return true;
        }
        catch (FormatException fault)
        {
            error = fault.Message;
            return false;
        }
    }

    private Objective Line()
    {
        var terms = new List<ObjectiveTerm>();
        do
        {
            var column = SkipBlanks();
            var term = Term();
            var isTwice = term is GoodputTerm or ThroughputTerm && terms.Exists(other => other.GetType() == term.GetType());
            if (isTwice) throw Fault(column, "this is given twice; add it up once, with a factor");
            terms.Add(term);
        }
        while (Takes('+'));
        List<ClassWeight> weights = IsAtWord() ? ClassWeights() : [];
        if (SkipBlanks() < _text.Length) throw Fault(_at, $"'{_text[_at..]}' is too much; {AfterATerm}");
        return new Objective(terms, weights);
    }

    private ObjectiveTerm Term()
    {
        var factor = char.IsAsciiDigit(Peek()) ? Factor() : 1;
        SkipBlanks();
        var (column, name) = (_at, Word());
        return name switch
        {
            "goodput" => new GoodputTerm(factor, Limits()),
            "latency" => Latency(factor),
            "tail" => Tail(factor),
            "throughput" => new ThroughputTerm(factor),
            _ => throw Fault(column, $"'{name}' is no objective; write {Names}"),
        };
    }

    private double Factor()
    {
        var value = Number("a factor");
        Need('*', "a factor is followed by '*', such as 0.5*latency(mean-e2e)");
        return value;
    }

    private SloSpec Limits()
    {
        Need('(', "goodput is followed by its limits, such as goodput(ttft=2s,itl=100ms)");
        var slo = new SloSpec();
        if (Takes(')')) return slo;
        do
        {
            var column = SkipBlanks();
            var name = Word();
            Need('=', $"'{name}' is followed by its limit, such as ttft=2s");
            SkipBlanks();
            if (!slo.TryAdd(name, Word(), out slo, out var error)) throw Fault(column, error);
        }
        while (Takes(','));
        Need(')', "limits end with ')'");
        return slo;
    }

    private LatencyTerm Latency(double factor)
    {
        var (column, statistic) = Statistic("latency(mean-e2e)");
        const string mean = "mean-";
        var kind = statistic.StartsWith(mean, StringComparison.Ordinal) ? LatencyKinds.Of(statistic[mean.Length..]) : null;
        if (kind is not { } known) throw Fault(column, $"'{statistic}' is no mean; write mean- and one of {LatencyKinds.Names}");
        return new LatencyTerm(factor, known);
    }

    private TailTerm Tail(double factor)
    {
        var (column, statistic) = Statistic("tail(p99-ttft)");
        var dash = statistic.IndexOf('-', StringComparison.Ordinal);
        var kind = dash > 1 && statistic[0] == 'p' ? LatencyKinds.Of(statistic[(dash + 1)..]) : null;
        if (kind is not { } known || !TryNumber(statistic[1..dash], out var percent) || percent >= 100)
        {
            throw Fault(column, $"'{statistic}' is no percentile; write pNN-, above 0 and below 100, and one of {LatencyKinds.Names}");
        }

        return new TailTerm(factor, percent, known);
    }

    private (int Column, string Text) Statistic(string example)
    {
        Need('(', $"write {example}");
        var column = SkipBlanks();
        var text = Word();
        Need(')', $"write {example}");
        return (column, text);
    }

    private List<ClassWeight> ClassWeights()
    {
        var column = SkipBlanks();
        if (Word() is not "weights" and var word) throw Fault(column, $"'{word}' is not known here; {AfterATerm}");
        Need('{', "weights are written as weights {gold: 3, free: 1}");
        var weights = new List<ClassWeight>();
        do weights.Add(OneWeight(weights));
        while (Takes(','));
        Need('}', "weights end with '}'");
        return weights;
    }

    private ClassWeight OneWeight(List<ClassWeight> before)
    {
        var column = SkipBlanks();
        var name = Word();
        if (name.Length == 0) throw Fault(column, "a class has a name of letters, digits, '-', '_' and '.', such as gold: 3");
        if (before.Exists(weight => weight.Name == name)) throw Fault(column, $"class '{name}' is given twice");
        Need(':', $"class '{name}' is followed by ':' and its weight");
        SkipBlanks();
        return new ClassWeight(name, Number("a weight"));
    }

    private double Number(string what)
    {
        var (column, word) = (_at, Word());
        if (TryNumber(word, out var value)) return value;
        throw Fault(column, $"'{word}' is not {what}; it is a number above 0 and below 1e9");
    }

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, Plain, CultureInfo.InvariantCulture, out value) && value is > 0 and < 1e9;

    private string Word()
    {
        var from = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '-' or '_' or '.')) _at++;
        return _text[from.._at];
    }

    private bool IsAtWord() => char.IsAsciiLetter(Peek());

    private char Peek() => SkipBlanks() < _text.Length ? _text[_at] : '\0';

    private bool Takes(char mark)
    {
        if (Peek() != mark) return false;
        _at++;
        return true;
    }

    private void Need(char mark, string right)
    {
        if (!Takes(mark)) throw Fault(_at, $"'{mark}' is missing; {right}");
    }

    private int SkipBlanks()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        return _at;
    }

    private static FormatException Fault(int place, string message) =>
        new(string.Create(CultureInfo.InvariantCulture, $"column {place + 1}: {message}"));
}
