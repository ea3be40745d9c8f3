using FsCheck;
using FsCheck.Fluent;
using Kantor.Engine.Sampling;

namespace Kantor.Engine.Tests.Sampling;

public class SelectionTests
{
    [Fact]
    public void The_smallest_keys_are_those_that_sorting_puts_in_front()
    {
        Prop.ForAll<uint[], byte>((values, wanted) =>
        {
            ulong[] keys = [.. values.Distinct().Select(key => (ulong)key)];
            var expected = keys.Order().Take(wanted).ToArray();
            var kept = Selection.KeepSmallest(keys, wanted);
            Assert.Equal(expected, keys.Take(kept).Order());
        }).Holds(2_000);
    }

    [Fact]
    public void Sorted_reversed_and_long_inputs_end()
    {
        for (var length = 1; length < 300; length++)
        {
            ulong[] ascending = [.. Enumerable.Range(0, length).Select(key => (ulong)key)];
            ulong[] descending = [.. ascending.Reverse()];
            Assert.Equal(length / 2, Selection.KeepSmallest(ascending, length / 2));
            Selection.KeepSmallest(descending, length / 2);
            Assert.All(descending.Take(length / 2), key => Assert.True(key < (ulong)(length / 2)));
        }
    }

    [Fact]
    public void Keys_order_logits_downwards_and_tokens_upwards_and_can_be_read_back()
    {
        float[] logits = [float.MaxValue, 1.5f, 1e-40f, 0, -1e-40f, -2, float.MinValue, float.NegativeInfinity];
        for (var index = 0; index < logits.Length; index++)
        {
            Assert.Equal(logits[index], SortKey.LogitOf(SortKey.Of(logits[index], 77)));
            Assert.Equal(77, SortKey.TokenOf(SortKey.Of(logits[index], 77)));
            Assert.True(SortKey.Of(logits[index], 1) < SortKey.Of(logits[index], 2));
            if (index > 0) Assert.True(SortKey.Of(logits[index - 1], 9) < SortKey.Of(logits[index], 0));
        }

        Assert.Equal(SortKey.Of(0f, 3), SortKey.Of(-0f, 3));
    }
}
