namespace Kantor.Simulation.Metrics;

/// <summary>A request's record while it is open, and what it is counted by when it ends.</summary>
internal struct OpenRecord
{
    public RequestRecord Record;

    public int PromptTokens;

    /// <summary>How much it counts.</summary>
    public double Weight;

    /// <summary>Until when its answer is wanted; null for whenever.</summary>
    public long? DeadlineUs;

    /// <summary>Where it is counted beside the whole run; null for a record that was never opened.</summary>
    public RequestTotals? Tenant;
}

/// <summary>
/// Records by request number, in chunks that are forgotten when all of their requests have ended, unless all are to be kept. So the memory
/// grows with the requests that are open at the same time, as far as their numbers lie close together, and not with those of the run.
/// </summary>
/// <remarks>Request numbers count up from 0 without holes, though they may be opened in any order.</remarks>
internal sealed class RecordStore(bool keepsAll)
{
    /// <summary>Records of a chunk, a power of two.</summary>
    public const int ChunkRecords = 1 << ChunkBits;

    private const int ChunkBits = 10;

    // A place of eight bytes per chunk stays behind when the chunk is forgotten.
    private Chunk?[] _chunks = new Chunk?[16];
    private readonly Stack<Chunk> _spare = [];
    private int _held;

    /// <summary>Records opened.</summary>
    public int Opened { get; private set; }

    /// <summary>Records closed.</summary>
    public int Closed { get; private set; }

    /// <summary>Most records in memory at once, those of whole chunks.</summary>
    public int HeldMax { get; private set; }

    /// <summary>The record of a request that is open, or that was kept.</summary>
    public ref OpenRecord this[int request] => ref ChunkOf(request).Records[request & (ChunkRecords - 1)];

    /// <summary>A fresh record for a request that has none.</summary>
    public ref OpenRecord Open(int request)
    {
        var number = request >> ChunkBits;
        if (number >= _chunks.Length) Array.Resize(ref _chunks, Math.Max(_chunks.Length * 2, number + 1));
        var chunk = _chunks[number] ??= NewChunk();
        ref var record = ref chunk.Records[request & (ChunkRecords - 1)];
        if (record.Tenant is not null) throw new InvalidOperationException($"Request {request} arrives twice.");
        chunk.Opened++;
        Opened++;
        return ref record;
    }

    /// <summary>The request has ended; its chunk goes with the last of it.</summary>
    public void Close(int request)
    {
        Closed++;
        var chunk = ChunkOf(request);
        chunk.Closed++;
        if (keepsAll || chunk.Closed < ChunkRecords) return;
        _chunks[request >> ChunkBits] = null;
        _held--;
        chunk.Clear();
        _spare.Push(chunk);
    }

    /// <summary>Requests that are open, in order.</summary>
    public IEnumerable<int> StillOpen() =>
        from chunk in Enumerable.Range(0, _chunks.Length)
        where _chunks[chunk] is { } held && held.Closed < held.Opened
        from place in Enumerable.Range(0, ChunkRecords)
        where _chunks[chunk]!.Records[place] is { Tenant: not null, Record.Outcome: null }
        select (chunk << ChunkBits) + place;

    /// <summary>All records by request number, where they are kept.</summary>
    public RequestRecord[] ToArray()
    {
        var records = new RequestRecord[Opened];
        for (var request = 0; request < records.Length; request++) records[request] = this[request].Record;
        return records;
    }

    private Chunk ChunkOf(int request)
    {
        var number = request >> ChunkBits;
        return (number < _chunks.Length ? _chunks[number] : null)
            ?? throw new InvalidOperationException($"Request {request} has not arrived, or it and all near it have ended before.");
    }

    private Chunk NewChunk()
    {
        HeldMax = Math.Max(HeldMax, ++_held * ChunkRecords);
        return _spare.TryPop(out var spare) ? spare : new Chunk();
    }

    private sealed class Chunk
    {
        public OpenRecord[] Records { get; } = new OpenRecord[ChunkRecords];

        public int Opened { get; set; }

        public int Closed { get; set; }

        public void Clear()
        {
            Array.Clear(Records);
            (Opened, Closed) = (0, 0);
        }
    }
}
