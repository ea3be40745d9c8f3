using Kantor.Core.Batching.Parts;
using Kantor.Core.Randomness;

namespace Kantor.Core.Tests.Batching.Parts;

public class DenseBatchesTests
{
    private sealed record Case(long[] Outputs, long[] Peaks, long Pool);

    [Fact]
    public void The_exact_batch_is_the_best_of_all_subsets_and_of_equals_the_larger() => TestSeed.Each(300, seed =>
    {
        var drawn = Draw(seed, 1 + (int)(seed % 10));
        var chosen = new bool[drawn.Outputs.Length];
        var density = new DenseBatches().Exact(drawn.Outputs, drawn.Peaks, drawn.Pool, chosen);
        var best = Enumerable.Range(1, (1 << drawn.Outputs.Length) - 1).Select(set => Of(drawn, [.. Enumerable.Range(0, drawn.Outputs.Length).Where(item => (set >> item & 1) != 0)])).Where(set => set.Peak <= drawn.Pool)
            .OrderBy(set => set.Density).ThenByDescending(set => set.Count).First();
        Assert.Equal((best.Density, best.Count), (density, chosen.Count(isIn => isIn)));
        Assert.Equal(density, Chosen(drawn, chosen).Density);
        Assert.True(Chosen(drawn, chosen).Peak <= drawn.Pool);
    });

    [Fact]
    public void Greedy_is_within_one_percent_of_the_exact_batch_in_the_mean_and_no_search_beats_it()
    {
        var sum = 0.0;
        TestSeed.Each(200, seed =>
        {
            var drawn = Draw(seed, 12);
            var (greedy, local, exact) = (Found(drawn, (batches, chosen) => batches.Greedy(drawn.Outputs, drawn.Peaks, drawn.Pool, chosen)),
                Found(drawn, (batches, chosen) => batches.Local(drawn.Outputs, drawn.Peaks, drawn.Pool, chosen)),
                Found(drawn, (batches, chosen) => batches.Exact(drawn.Outputs, drawn.Peaks, drawn.Pool, chosen)));
            Assert.True(exact <= local && local <= greedy, $"{exact} {local} {greedy}");
            sum += greedy / exact;
        });
        Assert.True(sum / 200 < 1.01, $"{sum / 200}");
    }

    /// <summary>Prompts of very unlike lengths, where the shortest outputs are not the ones to take. The seeds are fixed: help is only likely.</summary>
    [Fact]
    public void Searching_the_neighbourhood_never_harms_and_helps_seldom()
    {
        var helped = 0;
        for (var seed = 0UL; seed < 100; seed++)
        {
            var drawn = Draw(seed, 40, promptMax: 300);
            var (greedy, local) = (Found(drawn, (batches, chosen) => batches.Greedy(drawn.Outputs, drawn.Peaks, drawn.Pool, chosen)),
                Found(drawn, (batches, chosen) => batches.Local(drawn.Outputs, drawn.Peaks, drawn.Pool, chosen)));
            Assert.True(local <= greedy);
            if (local < greedy) helped++;
        }

        Assert.InRange(helped, 1, 10);
    }

    [Fact]
    public void More_than_it_can_take_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DenseBatches().Exact(new long[17], new long[17], 1, new bool[17]));

    private static Case Draw(ulong seed, int items, int promptMax = 30)
    {
        var random = new RandomStream(seed, "batches");
        long[] outputs = [.. Enumerable.Range(0, items).Select(_ => 1L + random.NextInt(20)).Order()];
        long[] peaks = [.. outputs.Select(output => output + 1 + random.NextInt(promptMax))];
        return new Case(outputs, peaks, peaks.Max() + random.NextInt(80));
    }

    private static double Found(Case drawn, Func<DenseBatches, bool[], double> search)
    {
        var chosen = new bool[drawn.Outputs.Length];
        var density = search(new DenseBatches(), chosen);
        Assert.Equal(Chosen(drawn, chosen).Density, density);
        Assert.True(Chosen(drawn, chosen).Peak <= drawn.Pool);
        return density;
    }

    private static (double Density, int Count, long Peak) Chosen(Case drawn, bool[] chosen) =>
        Of(drawn, [.. Enumerable.Range(0, chosen.Length).Where(item => chosen[item])]);

    private static (double Density, int Count, long Peak) Of(Case drawn, int[] items) => (
        (double)items.Sum(item => drawn.Outputs[item]) / ((long)items.Length * items.Length), items.Length, items.Sum(item => drawn.Peaks[item]));
}
