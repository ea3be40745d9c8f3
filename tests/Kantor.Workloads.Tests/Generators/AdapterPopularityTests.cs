using Kantor.Workloads.Generators;

namespace Kantor.Workloads.Tests.Generators;

public class AdapterPopularityTests
{
    [Fact]
    public void Adapters_are_asked_for_by_their_popularity_and_the_base_model_by_its_share()
    {
        const int n = 20_000;
        var drawn = new AdapterPopularity(Count: 4, ZipfExponent: 1, BaseShare: 0.2).Assign(WorkloadGenerator.Draw(WorkloadSpec.Chat(n, 1), 3), 3).GroupBy(request => request.Adapter ?? "").ToDictionary(same => same.Key, same => same.Count());
        var harmonic = 1 + (1 / 2.0) + (1 / 3.0) + (1 / 4.0);
        Assert.Equal(["", "adapter-1", "adapter-2", "adapter-3", "adapter-4"], drawn.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(0.2, drawn[""] / (double)n, 0.01);
        for (var k = 1; k <= 4; k++) Assert.Equal(0.8 / k / harmonic, drawn[$"adapter-{k}"] / (double)n, 0.015);
    }

    [Fact]
    public void Turns_of_a_session_ask_for_one_adapter_and_nothing_else_of_a_request_changes()
    {
        var trace = SessionGenerator.Draw(SessionSpec.Chat(300, 1), 5);
        var assigned = new AdapterPopularity(6, 0.5, 0.1).Assign(trace, 5).ToArray();
        Assert.Equal(trace, assigned.Select(request => request with { Adapter = null }));
        Assert.All(assigned.GroupBy(request => request.Turn!.SessionId), session => Assert.Single(session.Select(request => request.Adapter).Distinct()));
        Assert.True(assigned.Select(request => request.Adapter).Distinct().Count() > 3);
        Assert.Equal(assigned, new AdapterPopularity(6, 0.5, 0.1).Assign(trace, 5));
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, -1, 0)]
    [InlineData(1, double.NaN, 0)]
    [InlineData(1, 1, 1.1)]
    public void Values_out_of_range_are_refused_before_the_first_request(int count, double zipf, double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdapterPopularity(count, zipf, share).Assign([], 1));
}
