using FsCheck.Fluent;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Objectives;

public class ObjectiveTests
{
    [Fact]
    public void The_line_gives_terms_weights_and_limits()
    {
        var objective = Parsed(" goodput( ttft=2s, itl = 100ms )+0.5*latency(mean-e2e) + tail(p99.9-ttft) + 2 * throughput weights { gold : 3, free-1: 0.25 } ");
        var slo = new SloSpec { TtftUsMax = 2_000_000, GapUsMax = 100_000 };
        Assert.Equal(
            [new GoodputTerm(1, slo), new LatencyTerm(0.5, LatencyKind.E2e), new TailTerm(1, 99.9, LatencyKind.Ttft), new ThroughputTerm(2)],
            objective.Terms);
        Assert.Equal([new ClassWeight("gold", 3), new ClassWeight("free-1", 0.25)], objective.Weights);
        Assert.Equal(slo, objective.Slo);
    }

    [Fact]
    public void Classes_have_numbers_in_the_order_of_the_weights_and_all_others_share_one()
    {
        var classes = Parsed("goodput(ttft=2s) weights {gold: 3, free: 1}").Classes;
        Assert.Equal(["gold", "free"], classes.Named.Select(named => named.Name));
        Assert.Equal((0, 3.0, 3.0, 2_000_000), (classes.Find("gold")!.Id.Value, classes[new ClassId(0)].Weight, classes[new ClassId(0)].Value, classes[new ClassId(0)].Slo.TtftUsMax));
        Assert.Equal(("free", "default", "default"), (classes[new ClassId(1)].Name, classes[new ClassId(2)].Name, classes[new ClassId(-1)].Name));
        Assert.Null(classes.Find("silver"));
    }

    [Fact]
    public void Without_goodput_an_answer_is_worth_nothing_by_itself_and_has_no_limits()
    {
        var objective = Parsed("latency(mean-e2e) weights {gold: 3}");
        Assert.Equal((0, 3), (objective.Classes[new ClassId(0)].Value, objective.Classes[new ClassId(0)].Weight));
        Assert.Equal(new SloSpec(), objective.Slo);
    }

    [Theory]
    [InlineData("", 1, "'' is no objective")]
    [InlineData("goodputs(ttft=2s)", 1, "'goodputs' is no objective")]
    [InlineData("goodput", 8, "'(' is missing")]
    [InlineData("goodput(ttft)", 13, "'=' is missing")]
    [InlineData("goodput(ttft=2s, itl=2m)", 18, "'itl=2m' is not an objective")]
    [InlineData("goodput(ttft=2s,ttft=3s)", 17, "'ttft' is given twice")]
    [InlineData("goodput(wait=2s)", 9, "there is no objective 'wait'")]
    [InlineData("goodput(ttft=2s", 16, "')' is missing")]
    [InlineData("throughput + throughput", 14, "this is given twice")]
    [InlineData("throughput +", 13, "'' is no objective")]
    [InlineData("0*throughput", 1, "'0' is not a factor")]
    [InlineData("2 throughput", 3, "'*' is missing")]
    [InlineData("latency(e2e)", 9, "'e2e' is no mean")]
    [InlineData("latency(mean-wait)", 9, "'mean-wait' is no mean")]
    [InlineData("tail(p100-ttft)", 6, "'p100-ttft' is no percentile")]
    [InlineData("tail(99-ttft)", 6, "'99-ttft' is no percentile")]
    [InlineData("throughput weights {gold: 0}", 27, "'0' is not a weight")]
    [InlineData("throughput weights {gold: 1, gold: 2}", 30, "class 'gold' is given twice")]
    [InlineData("throughput weights {}", 21, "a class has a name")]
    [InlineData("throughput wieghts {gold: 1}", 12, "'wieghts' is not known here")]
    [InlineData("throughput)", 11, "')' is too much")]
    public void A_fault_is_named_with_its_column_and_what_would_be_right(string text, int column, string expected)
    {
        Assert.False(Objective.TryParse(text, out _, out var error));
        Assert.StartsWith($"column {column}: {expected}", error);
        Assert.Contains(';', error + (expected.Contains("missing", StringComparison.Ordinal) ? "" : ";"));
    }

    [Fact]
    public void What_is_written_reads_back_the_same() => Laws.Hold(Objectives(), objective =>
    {
        var text = objective.ToString();
        var again = Parsed(text);
        Assert.Equal(objective.Terms, again.Terms);
        Assert.Equal(objective.Weights, again.Weights);
        Assert.Equal(text, again.ToString());
    });

    [Fact]
    public void No_text_does_more_than_fail() => Laws.HoldForLists(picks =>
    {
        const string marks = "goodput(ttft=2s,itl 1ms)+*weights{:}p99-e2emean throughput.0";
        var text = string.Concat(picks.Select(pick => marks[pick % marks.Length]));
        if (Objective.TryParse(text, out var objective, out var error)) Assert.Equal(objective, Parsed(objective.ToString()));
        else Assert.StartsWith("column ", error);
    });

    private static Objective Parsed(string text)
    {
        Assert.True(Objective.TryParse(text, out var objective, out var error), error);
        return objective;
    }

    private static FsCheck.Gen<Objective> Objectives() =>
        from seed in Gen.Choose(0, int.MaxValue)
        select Random(new Core.Randomness.RandomStream((ulong)seed, "objectives"));

    private static Objective Random(Core.Randomness.RandomStream random)
    {
        double Number() => (1 + random.NextInt(100_000)) / 1000.0;
        long? Limit() => random.NextInt(2) == 0 ? null : 1 + random.NextInt(5_000_000);
        ObjectiveTerm[] terms =
        [
            new GoodputTerm(Number(), new SloSpec { TtftUsMax = Limit(), GapUsMax = Limit(), TpotUsMax = Limit(), E2eUsMax = Limit() }),
            new LatencyTerm(1, (LatencyKind)random.NextInt(4)),
            new TailTerm(Number(), Math.Min(99.99, Number()), (LatencyKind)random.NextInt(4)),
            new ThroughputTerm(Number()),
        ];
        var first = random.NextInt(terms.Length);
        var weights = Enumerable.Range(0, random.NextInt(4)).Select(number => new ClassWeight($"class-{number}", Number()));
        return new Objective(terms[first..(first + 1 + random.NextInt(terms.Length - first))], [.. weights]);
    }
}
