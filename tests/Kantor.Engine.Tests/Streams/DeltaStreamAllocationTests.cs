using Kantor.Engine.Clocks;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Streams;

/// <summary>What the relay of a token to its reader may allocate; see <c>tests/allocations.json</c>.</summary>
public class DeltaStreamAllocationTests
{
    [Fact]
    public void A_token_passes_through_the_stream_within_its_bytes()
    {
        var stream = new DeltaStream(1, new StreamBounds(64, 1000, 1_000_000), new EngineClock(TimeProvider.System), () => { });
        var delta = new GenerationDelta { Choice = 0, Text = "word", Tokens = 1 };
        AllocationGate.Check("a token through the engine's stream", () =>
        {
            stream.Publish(delta);
            Assert.True(stream.TryTake(out _));
        });
    }
}
