using System.Globalization;

namespace Kantor.Cli.Shell;

/// <summary>How far work is: so many of its units, in parts of which each is over at some time. Safe to use from several threads.</summary>
/// <param name="what">What is done, in a word.</param>
/// <param name="unit">What is counted; null where only the share counts.</param>
/// <param name="total">How many there are; null when nobody knows.</param>
/// <param name="parts">What the work is made up of, and how many there are; null for one piece of work.</param>
internal sealed class WorkCounts(string what, string? unit, long? total, (string Name, int Total)? parts = null)
{
    private readonly Lock _lock = new();
    private long _done;
    private int _partsDone;
    private long? _total = total;

    /// <summary>What is done, in a word.</summary>
    public string What => what;

    /// <summary>Share that is done, 0 to 1: by units where their number is known, else by parts; null when it cannot be told.</summary>
    public double? Share
    {
        get
        {
            lock (_lock)
            {
                if (_total is { } all) return all == 0 ? 1 : Math.Min(1, (double)Volatile.Read(ref _done) / all);
                return parts is { Total: > 0 } known ? (double)Volatile.Read(ref _partsDone) / known.Total : null;
            }
        }
    }

    /// <summary>One more unit is done.</summary>
    public void Add() => Interlocked.Increment(ref _done);

    /// <summary>One more part is over.</summary>
    public void PartEnded() => Interlocked.Increment(ref _partsDone);

    /// <summary>So much is done, of so much as is known by now.</summary>
    public void Set(long done, long? total)
    {
        lock (_lock) _total = total;
        Volatile.Write(ref _done, done);
    }

    /// <summary>Parts, units, rate and remaining time at a moment; the rest is taken to last as long as what is done.</summary>
    public string At(TimeSpan elapsed)
    {
        var texts = new List<string>();
        if (parts is { } known) texts.Add($"{Volatile.Read(ref _partsDone)}/{known.Total} {known.Name}");
        if (unit is not null) texts.AddRange([Invariant($"{Volatile.Read(ref _done):N0} {unit}"), Rate(elapsed)]);
        if (Share is > 0 and var share) texts.Add(Invariant($"about {elapsed.TotalSeconds / share * (1 - share):N0} s left"));
        return string.Join("  ", texts);
    }

    /// <summary>What was done; null when there is nothing to say.</summary>
    public string? End(TimeSpan elapsed)
    {
        var done = Volatile.Read(ref _done);
        if (unit is null || (done == 0 && parts is null)) return null;
        var ended = parts is { } known ? $"{Volatile.Read(ref _partsDone)} of {known.Total} {known.Name}, " : "";
        return Invariant($"{what}: {ended}{done:N0} {unit} in {elapsed.TotalSeconds:0.0} s, {Rate(elapsed)}.");
    }

    private string Rate(TimeSpan elapsed) =>
        Invariant($"{(elapsed > TimeSpan.Zero ? Volatile.Read(ref _done) / elapsed.TotalSeconds : 0):N0} {unit}/s");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
