using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Tests.Generators;

public class WorkloadGeneratorTests
{
    [Fact]
    public void The_trace_in_the_product_is_the_one_that_its_note_describes()
    {
        using var drawn = new MemoryStream();
        MooncakeWriter.Write(drawn, WorkloadGenerator.Draw(SampleTrace.Spec, SampleTrace.Seed));
        using var shipped = new MemoryStream();
        using (var resource = SampleTrace.OpenStream()) resource.CopyTo(shipped);
        Assert.Equal(drawn.ToArray(), shipped.ToArray());
        Assert.Equal(1000, Trace.Load(SampleTrace.Open(new TraceReadOptions())).Requests.Count);
    }

    [Fact]
    public void Lengths_and_gaps_have_the_statistics_of_their_laws()
    {
        var trace = WorkloadGenerator.Draw(WorkloadSpec.Chat(20_000, 2), seed: 5);
        var prompts = trace.Select(request => request.PromptTokens).Order().ToArray();
        Assert.InRange(prompts[10_000], 1680, 1780);
        Assert.InRange(trace.Average(request => request.OutputTokens), 440, 460);
        Assert.InRange(prompts[0], 16, 200);
        Assert.Equal(7500, prompts[^1]);
        Assert.InRange(trace[^1].ArrivalUs / 1e6, 9700, 10_300);
        var gaps = trace.Zip(trace.Skip(1), (before, after) => (after.ArrivalUs - before.ArrivalUs) / 1e6).ToArray();
        var mean = gaps.Average();
        Assert.InRange(gaps.Average(gap => gap * gap) / (mean * mean) - 1, 0.9, 1.1);
    }

    [Fact]
    public void A_law_does_not_shift_the_draws_of_another()
    {
        var chat = WorkloadGenerator.Draw(WorkloadSpec.Chat(100, 2), seed: 5);
        var other = WorkloadGenerator.Draw(WorkloadSpec.Chat(100, 2) with { PromptLength = new ConstantLength(7), Prefixes = new PrefixFamilies(3, 1, 2) }, seed: 5);
        Assert.Equal(chat.Select(request => (request.ArrivalUs, request.OutputTokens)), other.Select(request => (request.ArrivalUs, request.OutputTokens)));
        Assert.NotEqual(chat, WorkloadGenerator.Draw(WorkloadSpec.Chat(100, 2), seed: 6));
    }

    [Fact]
    public void Families_share_leading_blocks_and_nothing_else_and_popular_ones_come_more_often()
    {
        var spec = WorkloadSpec.Papers(2000, null) with { Prefixes = new PrefixFamilies(5, 1.0, 1) };
        var trace = WorkloadGenerator.Draw(spec, seed: 1);
        Assert.All(trace, request => Assert.Equal(((request.PromptTokens - 1) / 512) + 1, request.BlockIds.Length));
        Assert.All(trace, request => Assert.Equal(0, request.ArrivalUs));
        var later = trace.SelectMany(request => request.BlockIds.Skip(1)).ToArray();
        Assert.Equal(later.Length, later.Distinct().Count());
        var counts = trace.Where(request => request.BlockIds.Length > 1).GroupBy(request => request.BlockIds[0]).OrderBy(family => family.Key).Select(family => family.Count()).ToArray();
        Assert.Equal(5, counts.Length);
        Assert.InRange((double)counts[0] / counts[4], 3.5, 7);
    }

    [Fact]
    public void What_cannot_be_drawn_or_written_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkloadGenerator.Draw(WorkloadSpec.Chat(0, 1), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkloadGenerator.Draw(WorkloadSpec.Chat(1, double.NaN), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkloadGenerator.Draw(WorkloadSpec.Chat(1, 0), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => WorkloadGenerator.Draw(WorkloadSpec.Chat(1, 1) with { Prefixes = new PrefixFamilies(0, 1, 1) }, 1));
        Assert.Throws<ArgumentException>(() => MooncakeWriter.Write(Stream.Null, [new TraceRequest(0, 5, 5)]));
    }
}
