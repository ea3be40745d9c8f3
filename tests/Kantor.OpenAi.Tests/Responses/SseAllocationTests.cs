using System.Buffers;
using Kantor.OpenAi.Responses;

namespace Kantor.OpenAi.Tests.Responses;

/// <summary>What the relay of a token as an event may allocate; see <c>tests/allocations.json</c>.</summary>
public class SseAllocationTests
{
    [Fact]
    public void A_token_becomes_an_event_within_its_bytes()
    {
        using var writer = new ChatAnswerWriter(new AnswerHead("chatcmpl-1", 1_700_000_000, "m"), usageAnnounced: false);
        var to = new ArrayBufferWriter<byte>(4096);
        var sse = new SseWriter(to, writer);
        AllocationGate.Check("a token as an event of a chat", () =>
        {
            sse.Piece(0, "word ", null);
            to.ResetWrittenCount();
        });
    }
}
