using System.Diagnostics;
using Kantor.Cli.Shell;

namespace Kantor.Cli.Bench;

/// <summary>Sends a load to an endpoint. An interruption stops sending and ends what is open; what was done is still told.</summary>
internal sealed class BenchRun(CompletionClient client, string model, BenchLoad load)
{
    // A client that is refused comes back a little later.
    private static readonly TimeSpan AfterFault = TimeSpan.FromSeconds(1);

    private readonly List<BenchRecord> _records = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _open;

    private long NowUs => (long)Stopwatch.GetElapsedTime(_started).TotalMicroseconds;

    /// <summary>How far it is.</summary>
    public WorkCounts Counts { get; } = new("bench", "requests", load.Duration is null ? load.Requests : null);

    /// <summary>Whether sending ended early, because more requests were open than may be.</summary>
    public bool IsOverrun { get; private set; }

    /// <summary>Runs to the end, and returns a record of each request that was sent, in order.</summary>
    public async Task<IReadOnlyList<BenchRecord>> RunAsync(CancellationToken cancellation)
    {
        await (load.Concurrency is { } lanes ? CloseLoopAsync(lanes, cancellation) : OpenLoopAsync(cancellation));
        return _records;
    }

    private async Task OpenLoopAsync(CancellationToken cancellation)
    {
        var sent = new List<Task>();
        var plan = load.Trace is { } trace ? TracePlan.Of(load, trace) : RequestPlan.OfOpenLoop(load, load.RatePerS!.Value);
        foreach (var planned in plan)
        {
            await UntilAsync(planned.StartUs!.Value, cancellation);
            if (cancellation.IsCancellationRequested) break;
            IsOverrun = Volatile.Read(ref _open) >= load.OpenMax;
            if (IsOverrun) break;
            sent.Add(SendAsync(planned, new BenchSession(), cancellation));
        }

        await Task.WhenAll(sent);
    }

    private Task CloseLoopAsync(int lanes, CancellationToken cancellation) => Task.WhenAll(
        Enumerable.Range(0, lanes).Select(lane => OneAfterTheOtherAsync(RequestPlan.OfLane(load, lane, lanes), cancellation)));

    private async Task OneAfterTheOtherAsync(IEnumerable<PlannedRequest> lane, CancellationToken cancellation)
    {
        var sessions = new BenchSession[load.Sessions];
        foreach (var planned in lane)
        {
            if (planned.IsFirstTurn) sessions[planned.Session] = new BenchSession();
            var session = sessions[planned.Session];
            var dueUs = Math.Max(NowUs, session.EndUs + planned.ThinkUs);
            if (dueUs > load.Duration?.TotalMicroseconds) return;
            await UntilAsync(dueUs, cancellation);
            if (cancellation.IsCancellationRequested) return;
            var record = await SendAsync(planned, session, cancellation);
            session.EndUs = record.EndUs;
            if (record.Fault is not null) await Task.Delay(AfterFault, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<BenchRecord> SendAsync(PlannedRequest planned, BenchSession session, CancellationToken cancellation)
    {
        var nowUs = NowUs;
        var record = new BenchRecord
        {
            Number = planned.Number,
            StartUs = planned.StartUs ?? nowUs,
            SentUs = nowUs,
            Class = planned.Class?.Name,
        };
        lock (_records) _records.Add(record);
        Interlocked.Increment(ref _open);
        await client.SendAsync(new BenchCall(planned, session, model, load.IgnoresEos), record, () => NowUs, cancellation);
        Interlocked.Decrement(ref _open);
        Counts.Add();
        return record;
    }

    /// <summary>Timers count whole milliseconds, so that the last one is waited for to its end.</summary>
    private async Task UntilAsync(long startUs, CancellationToken cancellation)
    {
        while (NowUs < startUs && !cancellation.IsCancellationRequested)
        {
            var delay = TimeSpan.FromMilliseconds(Math.Ceiling((startUs - NowUs) / 1000.0));
            await Task.Delay(delay, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
