using Kantor.Bounds.Hindsight;
using Kantor.Core.Occupancy;

namespace Kantor.Bounds.Tests.Hindsight;

public class BoundJobTests
{
    [Fact]
    public void The_theory_holds_the_newest_token_too_and_a_replica_does_not()
    {
        var (theory, served) = (BoundJob.InTheory(3, 10, 4), BoundJob.AsServed(3, 10, 4));
        Assert.Equal((3, 4, 14L, KvTrapezoid.Volume(10, 4)), (theory.ArrivalRound, theory.Rounds, theory.PeakTokens, theory.Volume));
        Assert.Equal((4, 13L, 10L + 11 + 12 + 13), (served.Rounds, served.PeakTokens, served.Volume));
    }
}
