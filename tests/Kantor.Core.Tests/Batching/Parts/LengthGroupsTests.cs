using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts;

namespace Kantor.Core.Tests.Batching.Parts;

public class LengthGroupsTests
{
    [Fact]
    public void One_length_is_one_group_and_nothing_is_none()
    {
        Assert.Equal([1], Ends([7], requestsMax: 4));
        Assert.Empty(Ends([], requestsMax: 4));
    }

    [Fact]
    public void Short_and_long_ones_are_parted_where_padding_costs_more_than_another_group() =>
        Assert.Equal([3, 5], Ends([1, 1, 2, 90, 95], requestsMax: 8));

    [Fact]
    public void Alike_ones_are_one_group_as_far_as_memory_lets_them() =>
        Assert.All([(8, 1), (3, 2), (2, 3), (1, 5)], ((int RequestsMax, int Groups) entry) => Assert.Equal(entry.Groups, Ends([5, 5, 5, 5, 5], entry.RequestsMax).Length));

    [Fact]
    public void Work_space_of_the_wrong_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => LengthGroups.Partition([1, 2], new Padded(4), new double[2], new int[2]));
        Assert.Throws<ArgumentException>(() => LengthGroups.Partition([1, 2], new Padded(4), new double[3], new int[1]));
    }

    private static int[] Ends(int[] lengths, int requestsMax)
    {
        var ends = new int[lengths.Length];
        return ends[..LengthGroups.Partition(lengths, new Padded(requestsMax), new double[lengths.Length + 1], ends)];
    }

    /// <summary>50 for a group and 1 for every padded token.</summary>
    private readonly record struct Padded(int RequestsMax) : IGroupCost
    {
        public bool Fits(int requests, int longestTokens) => requests <= RequestsMax;

        public double Of(int requests, int longestTokens) => 50 + (requests * longestTokens);
    }
}
