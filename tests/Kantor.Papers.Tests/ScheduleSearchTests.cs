using Kantor.Bounds.Hindsight;
using Kantor.Papers.Rounds;

namespace Kantor.Papers.Tests;

public class ScheduleSearchTests
{
    /// <summary>What it finds is a schedule, so never below the exact optimum; of few requests it finds the optimum itself.</summary>
    [Fact]
    public void The_search_finds_the_optimum_of_five_requests_and_never_less() => TestSeed.Each(40, seed =>
    {
        var law = new InstanceLaw(5, 5, PromptMax: 5, PoolMin: 30, PoolMax: 40) { OutputMax = 12, LastArrival = seed % 2 == 0 ? 0 : 10 };
        var instance = law.Draw(1, seed).Single();
        var jobs = TheoryRounds.InTheory(instance.Jobs);
        var optimum = HindsightOptimum.TotalLatency(jobs, instance.PoolTokens);
        var first = ScheduleSearch.TotalLatency(jobs, instance.PoolTokens, [0, 1, 2, 3, 4], moves: 0, seed: 1);
        var found = ScheduleSearch.TotalLatency(jobs, instance.PoolTokens, [0, 1, 2, 3, 4], moves: 2_000, seed: 1);
        Assert.True(optimum <= found && found <= first, $"optimum {optimum}, found {found}, first {first}");
        Assert.InRange(found, optimum, 1.02 * optimum);
    });

    [Fact]
    public void Each_request_starts_as_early_as_it_fits_for_all_its_life()
    {
        // Of 8 tokens the first needs 4, 5, 6 and 7, so that the second, which needs 5 and 6, waits for its end; the third needs 2 at once.
        BoundJob[] jobs = [BoundJob.InTheory(0, 3, 4), BoundJob.InTheory(0, 4, 2), BoundJob.InTheory(0, 1, 1)];
        Assert.Equal(4 + 6 + 1, ScheduleSearch.TotalLatency(jobs, 8, [0, 1, 2], moves: 0, seed: 1));
        Assert.Equal(4 + 2 + 1, ScheduleSearch.TotalLatency(jobs, 20, [0, 1, 2], moves: 0, seed: 1));
    }
}
