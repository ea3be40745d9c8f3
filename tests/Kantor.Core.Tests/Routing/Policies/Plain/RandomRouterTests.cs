using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Policies.Plain;

public class RandomRouterTests
{
    [Fact]
    public void Each_replica_gets_its_share_whatever_its_load_and_a_request_goes_where_it_goes_alone()
    {
        var fleet = new FleetBuilder();
        for (var index = 0; index < 3; index++) fleet.Add(waiting: 100 * index);
        var (inOrder, counts) = (new Routed(new RandomRouter()), new int[3]);
        for (var id = 0; id < 3_000; id++)
        {
            var place = inOrder.Send(fleet, Routed.Request(id));
            counts[place]++;
            Assert.Equal(place, new Routed(new RandomRouter()).Send(fleet, Routed.Request(id)));
        }

        Assert.All(counts, count => Assert.InRange(count, 900, 1_100));
    }
}
