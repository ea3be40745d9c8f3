using Kantor.Core.Requests;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation.Tests.Metrics;

public class RecordStoreTests
{
    private const int Chunk = RecordStore.ChunkRecords;

    [Fact]
    public void A_chunk_goes_with_its_last_request_and_not_before()
    {
        var store = new RecordStore(keepsAll: false);
        for (var request = 0; request < 3 * Chunk; request++) Open(store, request);
        for (var request = 1; request < Chunk; request++) Close(store, request);
        Assert.Equal(0, store[0].PromptTokens);
        Close(store, 0);
        Assert.Throws<InvalidOperationException>(() => store[0].PromptTokens);
        Assert.Equal(Chunk, store[Chunk].PromptTokens);
        Assert.Equal((3 * Chunk, Chunk, 3 * Chunk), (store.Opened, store.Closed, store.HeldMax));
    }

    [Fact]
    public void One_long_request_keeps_only_its_own_chunk()
    {
        var store = new RecordStore(keepsAll: false);
        Open(store, 0);
        for (var request = 1; request < 100 * Chunk; request++)
        {
            Open(store, request);
            Close(store, request);
        }

        Assert.Equal(2 * Chunk, store.HeldMax);
        Assert.Equal([0], store.StillOpen());
    }

    [Fact]
    public void Kept_records_are_all_there_in_order_of_their_numbers_whatever_the_order_of_arrival()
    {
        var store = new RecordStore(keepsAll: true);
        for (var request = (2 * Chunk) - 1; request >= 0; request--)
        {
            Open(store, request).Record.ArrivalUs = request;
            Close(store, request);
        }

        Assert.Equal(Enumerable.Range(0, 2 * Chunk).Select(request => (long)request), store.ToArray().Select(record => record.ArrivalUs));
        Assert.Equal(2 * Chunk, store.HeldMax);
    }

    [Fact]
    public void A_reused_chunk_remembers_nothing()
    {
        var store = new RecordStore(keepsAll: false);
        for (var request = 0; request < Chunk; request++) Open(store, request).Record.ScheduledUs = 5;
        for (var request = 0; request < Chunk; request++) Close(store, request);
        Assert.Null(Open(store, Chunk).Record.ScheduledUs);
    }

    [Fact]
    public void A_request_arrives_once()
    {
        var store = new RecordStore(keepsAll: false);
        Open(store, 3);
        Assert.Throws<InvalidOperationException>(() => Open(store, 3));
        Assert.Throws<InvalidOperationException>(() => store[50 * Chunk].PromptTokens);
    }

    private static ref OpenRecord Open(RecordStore store, int request)
    {
        ref var open = ref store.Open(request);
        open.Tenant = new RequestTotals();
        open.PromptTokens = request;
        return ref open;
    }

    private static void Close(RecordStore store, int request)
    {
        store[request].Record.Outcome = RequestOutcome.Stopped;
        store.Close(request);
    }
}
