using Kantor.Core.Randomness;

namespace Kantor.Workloads.Traces;

/// <summary>A trace in memory, in order of arrival.</summary>
public sealed record Trace
{
    /// <summary>The requests.</summary>
    public required IReadOnlyList<TraceRequest> Requests { get; init; }

    /// <summary>Format that was read.</summary>
    public required string FormatName { get; init; }

    /// <summary>Malformed lines that were left out.</summary>
    public long LinesSkipped { get; init; }

    /// <summary>What was wrong with the first of them.</summary>
    public string? FirstFault { get; init; }

    /// <summary>What a reader of figures about it should know; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>
    /// Largest output of the trace rounded up to a power of two: a limit that clients would declare, and that tells nothing about a
    /// request.
    /// </summary>
    public int OutputTokensMaxDefault =>
        (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Requests.Max(request => request.OutputTokens));

    /// <summary>Reads all that the reader gives, and closes it.</summary>
    /// <exception cref="TraceException">The trace is malformed.</exception>
    public static Trace Load(TraceReader reader, Action<int>? progress = null, CancellationToken cancellation = default)
    {
        using (reader)
        {
            var requests = new List<TraceRequest>();
            while (reader.TryRead(out var request))
            {
                requests.Add(request);
                cancellation.ThrowIfCancellationRequested();
                progress?.Invoke(requests.Count);
            }

            return new Trace
            {
                Requests = SessionLaunches.Resolve(reader.IsOrdered ? requests : InOrder(requests)),
                FormatName = reader.FormatName ?? "",
                LinesSkipped = reader.LinesSkipped,
                FirstFault = reader.FirstFault,
                Note = reader.Note,
            };
        }
    }

    /// <summary>Arrivals <paramref name="rateScale"/> times as dense; above 0 and finite.</summary>
    public Trace ScaleRate(double rateScale)
    {
        if (rateScale is not > 0 || !double.IsFinite(rateScale))
        {
            throw new ArgumentOutOfRangeException(nameof(rateScale), rateScale, "A rate scale is above 0 and finite.");
        }

        long Scaled(long arrivalUs) => checked((long)(arrivalUs / rateScale));
        return this with { Requests = [.. Requests.Select(request => request with { ArrivalUs = Scaled(request.ArrivalUs) })] };
    }

    /// <summary>The trace with batched arrivals spread, if it has them (<see cref="ArrivalBatches"/>), else itself.</summary>
    public Trace SpreadBatches(RandomStream random) =>
        ArrivalBatches.Of(Requests) is { AreBatched: true } batches ? this with { Requests = batches.Spread(Requests, random) } : this;

    /// <summary>By arrival, counted from the first; equal times stay in the order of the file.</summary>
    internal static List<TraceRequest> InOrder(List<TraceRequest> requests)
    {
        var originUs = requests.Min(request => request.ArrivalUs);
        return [.. requests.OrderBy(request => request.ArrivalUs).Select(one => one with { ArrivalUs = one.ArrivalUs - originUs })];
    }
}
