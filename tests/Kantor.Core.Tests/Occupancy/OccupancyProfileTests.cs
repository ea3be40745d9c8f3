using FsCheck;
using FsCheck.Fluent;
using Kantor.Core.Occupancy;

namespace Kantor.Core.Tests.Occupancy;

public class OccupancyProfileTests
{
    private const int Horizon = 40;

    private static readonly Gen<(int Held, int Rounds)> Requests =
        from held in Gen.Choose(0, 50) from rounds in Gen.Choose(1, Horizon) select (held, rounds);

    private static readonly Gen<Case> Cases =
        from running in Requests.ListOf()
        from candidate in Requests
        from size in Gen.Choose(1, 4)
        from lasting in Gen.Choose(0, 20)
        from total in Gen.Choose(1, 600)
        select new Case([.. running], candidate, size, lasting, total);

    private sealed record Case((int Held, int Rounds)[] Running, (int Held, int Rounds) Candidate, int Size, int Lasting, int Total);

    [Fact]
    public void It_fits_exactly_when_no_round_of_its_life_is_over_the_pool__INV_OCC_3() => Laws.Hold(
        from input in Cases from start in Gen.Choose(0, Horizon + 5) select (input, start), pair =>
        {
            var (input, start) = pair;
            var fits = ProfileOf(input).Fits(start, input.Candidate.Held, input.Candidate.Rounds, input.Total);
            Assert.Equal(FitsRoundByRound(input, start), fits);
        }, cases: 2000);

    [Fact]
    public void The_earliest_start_is_the_first_round_that_fits_among_now_and_the_ends__INV_OCC_4() => Laws.Hold(Cases, input =>
    {
        var starts = input.Running.Select(request => request.Rounds).Append(0).Distinct().Order();
        int? expected = starts.Cast<int?>().FirstOrDefault(start => FitsRoundByRound(input, start!.Value));
        Assert.Equal(expected, ProfileOf(input).EarliestStart(input.Candidate.Held, input.Candidate.Rounds, input.Total));
    }, cases: 1000);

    [Fact]
    public void What_is_added_and_taken_back_leaves_no_trace() => Laws.Hold(Cases, input =>
    {
        var profile = ProfileOf(input);
        profile.RemoveAt(profile.Add(input.Candidate.Held, input.Candidate.Rounds));
        for (var start = 0; start < Horizon; start++)
        {
            Assert.Equal(
                ProfileOf(input).Fits(start, input.Candidate.Held, input.Candidate.Rounds, input.Total),
                profile.Fits(start, input.Candidate.Held, input.Candidate.Rounds, input.Total));
        }
    });

    [Fact]
    public void Appended_and_put_in_order_is_the_same_as_added_one_by_one() => Laws.Hold(Cases, input =>
    {
        var profile = new OccupancyProfile();
        profile.Clear(input.Size, input.Lasting);
        foreach (var (held, rounds) in input.Running) profile.Append(held, rounds);
        profile.Order();
        for (var start = 0; start < Horizon; start++)
        {
            Assert.Equal(
                ProfileOf(input).Fits(start, input.Candidate.Held, input.Candidate.Rounds, input.Total),
                profile.Fits(start, input.Candidate.Held, input.Candidate.Rounds, input.Total));
        }
    });

    private static OccupancyProfile ProfileOf(Case input)
    {
        var profile = new OccupancyProfile();
        profile.Clear(input.Size, input.Lasting);
        foreach (var (held, rounds) in input.Running) profile.Add(held, rounds);
        return profile;
    }

    private static bool FitsRoundByRound(Case input, int start) => Enumerable.Range(start + 1, input.Candidate.Rounds).All(round =>
        input.Lasting + input.Running.Where(request => request.Rounds >= round).Sum(request => request.Held + Blocks(round, input.Size))
        + input.Candidate.Held + Blocks(round - start, input.Size) <= input.Total);

    private static int Blocks(int tokens, int size) => (tokens + size - 1) / size;
}
