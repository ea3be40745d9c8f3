using Kantor.Papers.Rounds;

namespace Kantor.Papers.Studies;

/// <summary>Orders by volume against others on unlike prompts: the table of the research notes, theory 3.3, on arXiv 2606.22327.</summary>
internal static class VolumeOrderStudy
{
    // How far a mean over other instances of the same law may lie from the notes'.
    private const double Tolerance = 0.035;

    /// <summary>The notes' pools; outputs of up to 6 give their table.</summary>
    private static readonly InstanceLaw Unlike = new(7, 7, PromptMax: 14, PoolMin: 18, PoolMax: 30) { OutputMax = 6 };

    private static readonly (string Name, string Policy, double Mean, double? Worst)[] Table =
    [
        ("fcfs with lookahead", "mc-benchmark", 1.395, 2.18), ("mc-sf", "mc-sf", 1.093, 1.30), ("svf", "svf:aging=false:backfilling=false", 1.053, 1.26),
        ("sorted-f", "sorted-f", 1.051, 1.30), ("mc-sf, backfilling", "mc-sf:backfilling=skip", 1.029, null),
        ("svf, backfilling", "svf:aging=false", 1.039, null),
    ];

    public static Study Study { get; } = new(
        "svf",
        "Smallest volume first against other orders",
        "arXiv 2606.22327; the table is that of the research notes, theory 3.3",
        "The notes' 100 instances of 7 requests are drawn anew from their laws; outputs of up to 6 tokens are a guess, since they are not told. Both count against the exact optimum. Sorted-f with backfilling (1.030) is not offered.",
        Measure);

    /// <summary>Mean and worst ratio to the optimum of each policy of the table, by the notes' name.</summary>
    public static IReadOnlyDictionary<string, double[]> Ratios(int trials) =>
        Table.ToDictionary(line => line.Name, line => TheoryRounds.RatiosToOptimum(line.Policy, Unlike.Draw(trials, 2000)));

    private static IReadOnlyList<Figure> Measure(Effort effort)
    {
        var ratios = Ratios(effort.Pick(100, 100));
        return
        [
            .. Table.Select(line => new Figure($"{line.Name}, mean times the optimum", Claim.Is(line.Mean, Tolerance), ratios[line.Name].Average())),
            .. Table.Where(line => line.Worst is not null)
                .Select(line => new Figure($"{line.Name}, worst", Claim.Beside($"{line.Worst:0.00}"), ratios[line.Name].Max(), 2)),
            new Figure("mean of svf, times that of mc-sf", Claim.AtMost(1, "0.963"), ratios["svf"].Average() / ratios["mc-sf"].Average()),
            new Figure("mean of mc-sf, times that of fcfs", Claim.AtMost(1, "0.784"), ratios["mc-sf"].Average() / ratios["fcfs with lookahead"].Average()),
            .. Alike(effort.Pick(100, 40)),
        ];
    }

    /// <summary>With prompts of one length, order by output, by volume and by sorted-f is the same order.</summary>
    private static IEnumerable<Figure> Alike(int trials)
    {
        string[] policies = ["mc-sf", "svf:aging=false:backfilling=false", "sorted-f"];
        var instances = Unlike.Draw(trials, 5000).Select(instance => instance with { Jobs = [.. instance.Jobs.Select(job => TheoryRounds.Job((int)job.Id, 0, 4, job.OutputTokens))] }).ToArray();
        var means = policies.Select(policy => TheoryRounds.RatiosToOptimum(policy, instances).Average()).ToArray();
        yield return new Figure("prompts of 4 tokens, mc-sf, mean times the optimum", Claim.Is(1.015, Tolerance), means[0]);
        yield return new Figure("prompts of 4 tokens, the three orders apart", Claim.AtMost(0, "identical"), means.Max() - means.Min());
    }
}
