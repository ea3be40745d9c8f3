namespace Kantor.Planning.Tests;

public class LayoutSpaceTests
{
    [Fact]
    public void A_unit_in_one_node_fits_in_it_and_sends_over_its_links()
    {
        var layouts = new LayoutSpace { Prefill = [Planned.Kind("p", gpus: 2)], Decode = [Planned.Kind("d", gpus: 1)], GpusPerNode = 4, NodeBytesPerS = 4e9, NetworkBytesPerS = 1e9 }.Layouts();
        var inNode = layouts.Where(layout => layout.UnitsStandAlone).ToArray();
        Assert.Equal([(1, 1), (1, 2)], inNode.Select(layout => (layout.ServingReplicas, layout.Decode!.Replicas)));
        Assert.All(inNode, layout => Assert.Equal(4, layout.Decode!.Link.TokensPerUs));
        var across = Assert.Single(layouts, layout => !layout.UnitsStandAlone);
        Assert.Equal(1, across.Decode!.Link.TokensPerUs);
    }

    [Fact]
    public void KV_of_another_model_or_of_unknown_size_is_not_sent()
    {
        Assert.Empty(new LayoutSpace { Prefill = [Planned.Kind()], Decode = [Planned.Kind() with { Model = "other" }] }.Layouts());
        Assert.Empty(new LayoutSpace { Prefill = [Planned.Kind() with { KvBytesPerToken = null }], Decode = [Planned.Kind() with { KvBytesPerToken = null }] }.Layouts());
    }

    [Fact]
    public void GPUs_and_price_count_both_sides()
    {
        var layout = new LayoutSpace { Prefill = [Planned.Kind(gpus: 2) with { GpuPricePerH = 3 }], Decode = [Planned.Kind() with { GpuPricePerH = 5 }], RatioMax = 1 }.Layouts()[0];
        Assert.Equal((3, 11.0), (layout.Gpus, layout.PricePerH));
        Assert.Equal("2 × (1 × small prefill + 1 × small decode), each in one node", layout.Describe(2));
    }
}
