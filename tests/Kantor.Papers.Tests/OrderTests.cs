using Kantor.Papers.Rounds;
using Kantor.Papers.Studies;

namespace Kantor.Papers.Tests;

/// <summary>
/// Orders of the literature against the exact optimum without preemption, in the rounds of the theory: the synthetic study of arXiv 2502.07115 and
/// the table of the research notes (theory 3.1 and 3.3). Instances are smaller than the source's, whose integer programs had up to 60 requests.
/// </summary>
public class OrderTests(ITestOutputHelper output)
{
    /// <summary>
    /// The source: pool of 30 to 50 tokens, prompts of 1 to 5, outputs up to what the pool leaves, all at once, 200 instances of 40 to 60 requests:
    /// 1.005 times the optimum in the mean, 1.074 at worst, the optimum itself in 114. Of 5 requests, which can be solved exactly here, the last one
    /// weighs more: 1.011 and 1.094, and the optimum itself in 118.
    /// </summary>
    [Fact]
    public void ACC_3_1_all_at_once_shortest_first_is_optimal_as_often_as_the_source_says_and_on_small_instances_half_a_percent_off__finding()
    {
        var ratios = McSfStudy.AllAtOnce(200);
        output.WriteLine(Line("mc-sf, all at once", ratios));
        Assert.True(ratios.Count(ratio => ratio == 1) >= 114);
        Assert.InRange(ratios.Average(), 1.005, 1.015);
        Assert.InRange(ratios.Max(), 1.074, 1.1);
    }

    /// <summary>
    /// The source: arrivals over time, 1.047 in the mean and 1.227 at worst. Of 5 requests the mean holds; the worst does not, because who arrives
    /// after a long one has begun is a fifth of all.
    /// </summary>
    [Fact]
    public void ACC_3_1_online_shortest_first_is_within_5_percent_of_the_optimum_in_the_mean_and_on_small_instances_not_at_worst__finding()
    {
        var ratios = McSfStudy.Online(200);
        output.WriteLine(Line("mc-sf, online", ratios));
        Assert.True(ratios.Average() <= 1.047, $"{ratios.Average()}");
        Assert.InRange(ratios.Max(), 1.227, 1.5);
    }

    /// <summary>
    /// The notes: unlike prompts, 7 requests, pools of 18 to 30 tokens, 100 instances: fcfs 1.395, mc-sf 1.093, svf 1.053, sorted-f 1.051; with
    /// backfilling mc-sf 1.029. Outputs of up to 6 give that table; they are not told.
    /// </summary>
    [Fact]
    public void ACC_3_3_with_unlike_prompts_the_volume_orders_lead_and_backfilling_helps_shortest_first()
    {
        var figures = VolumeOrderStudy.Ratios(100);
        foreach (var (name, ratios) in figures) output.WriteLine(Line(name, ratios));
        Assert.All(VolumeOrderStudy.Study.Measure(Effort.Reduced), figure => Assert.False(figure.IsMissed, figure.Quantity));
        double[] means = [.. ((string[])["fcfs with lookahead", "mc-sf", "svf", "sorted-f", "mc-sf, backfilling"]).Select(name => figures[name].Average())];
        Assert.True(means[0] > means[1] && means[1] > means[2] && means[1] > means[3] && means[1] > means[4]);
    }

    /// <summary>
    /// The source's order by the linear relaxation, on the same instances: no figure is told for it. It is nearer to the optimum than shortest first,
    /// and near the order by volume, to which it falls back where the relaxation has ties.
    /// </summary>
    [Fact]
    public void The_order_by_the_linear_relaxation_is_nearer_to_the_optimum_than_shortest_first()
    {
        var unlike = new InstanceLaw(7, 7, PromptMax: 14, PoolMin: 18, PoolMax: 30) { OutputMax = 6 };
        var means = new[] { "lp-guided", "mc-sf", "svf:aging=false:backfilling=false" }.ToDictionary(policy => policy, policy =>
        {
            var ratios = TheoryRounds.RatiosToOptimum(policy, unlike.Draw(100, 2000));
            output.WriteLine(Line(policy, ratios));
            return ratios.Average();
        });
        Assert.True(means["lp-guided"] < means["mc-sf"]);
        Assert.InRange(means["lp-guided"], 1, means["svf:aging=false:backfilling=false"] + 0.03);
    }

    private static string Line(string name, double[] ratios) => FormattableString.Invariant(
        $"{name}: mean {ratios.Average():0.000}, worst {ratios.Max():0.000}, optimal {ratios.Count(ratio => ratio == 1)} of {ratios.Length}");
}
