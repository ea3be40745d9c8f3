using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Generators;

/// <summary>What one tenant asks for; several together are a trace of tenants that meet.</summary>
public sealed record TenantWorkload
{
    /// <summary>Name, different from that of every other tenant.</summary>
    public required string Name { get; init; }

    /// <summary>When its requests come.</summary>
    public required ArrivalLaw Arrivals { get; init; }

    /// <summary>Law of prompt lengths.</summary>
    public required LengthLaw PromptLength { get; init; }

    /// <summary>Law of output lengths.</summary>
    public required LengthLaw OutputLength { get; init; }

    /// <summary>Families of prompts that begin alike, which no other tenant shares; null when every content is unknown.</summary>
    public PrefixFamilies? Prefixes { get; init; }

    /// <summary>The requests of <see cref="Stream"/> in a list.</summary>
    /// <exception cref="ArgumentException">There is no tenant, two have one name, or a value is out of range.</exception>
    public static IReadOnlyList<TraceRequest> Draw(IReadOnlyList<TenantWorkload> tenants, int requests, ulong seed) =>
        [.. Stream(tenants, requests, seed)];

    /// <summary>
    /// The first requests of all tenants together, each drawn when it is asked for. Each tenant has random streams of its own name, so its
    /// times and lengths do not change when another comes or goes. Shorter than asked where all laws of arrival end.
    /// </summary>
    /// <exception cref="ArgumentException">There is no tenant, two have one name, or a value is out of range.</exception>
    public static IEnumerable<TraceRequest> Stream(IReadOnlyList<TenantWorkload> tenants, int requests, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(requests, 1);
        if (tenants.Count == 0) throw new ArgumentException("There is at least one tenant.", nameof(tenants));
        if (tenants.DistinctBy(tenant => tenant.Name).Count() < tenants.Count)
        {
            throw new ArgumentException("Tenants have different names.", nameof(tenants));
        }

        foreach (var tenant in tenants) tenant.Validate();
        return Merge(tenants, requests, seed);
    }

    private static IEnumerable<TraceRequest> Merge(IReadOnlyList<TenantWorkload> tenants, int requests, ulong seed)
    {
        var ids = new BlockIds();
        var waiting = new PriorityQueue<IEnumerator<TraceRequest>, (long, int)>();
        foreach (var (index, tenant) in tenants.Index()) Advance(tenant.Requests(seed, ids).GetEnumerator(), index);
        for (var given = 0; given < requests && waiting.TryDequeue(out var next, out var key); given++)
        {
            yield return next.Current;
            Advance(next, key.Item2);
        }

        void Advance(IEnumerator<TraceRequest> stream, int index)
        {
            if (stream.MoveNext()) waiting.Enqueue(stream, (stream.Current.ArrivalUs, index));
        }
    }

    /// <summary>
    /// Tenants of equal rate with chat lengths, of which the last floods: from a third to two thirds of <paramref name="spanS"/> it sends
    /// <paramref name="factor"/> times as much.
    /// </summary>
    public static IReadOnlyList<TenantWorkload> Flood(int tenants, double ratePerS, double factor, double spanS)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tenants, 1);
        if (factor is not > 1 || !double.IsFinite(factor))
        {
            throw new ArgumentOutOfRangeException(nameof(factor), factor, "A flood is more than usual: above 1 and finite.");
        }

        var chat = WorkloadSpec.Chat(1, ratePerS);
        var share = ratePerS / tenants;
        return
        [
            .. Enumerable.Range(1, tenants).Select(
                number => Tenant($"tenant-{number}", new WindowArrivals(new PoissonArrivals(share), 0, spanS))),
            Tenant("flood", new WindowArrivals(new PoissonArrivals(share * (factor - 1)), spanS / 3, spanS * 2 / 3)),
        ];

        TenantWorkload Tenant(string name, ArrivalLaw arrivals) =>
            new() { Name = name, Arrivals = arrivals, PromptLength = chat.PromptLength, OutputLength = chat.OutputLength };
    }

    private void Validate()
    {
        Arrivals.Validate();
        Prefixes?.Validate();
    }

    private IEnumerable<TraceRequest> Requests(ulong seed, BlockIds ids)
    {
        var (prompts, outputs) = (Stream("prompts"), Stream("outputs"));
        var prefixes = Prefixes is { } families ? new PrefixDraw(families, Stream("prefixes"), ids) : null;
        foreach (var atUs in Arrivals.TimesUs(Stream("arrivals")))
        {
            yield return WorkloadGenerator.NewRequest(
                (long)atUs, PromptLength.Draw(prompts), OutputLength.Draw(outputs), prefixes) with
            { Tenant = Name };
        }

        RandomStream Stream(string what) => new(seed, $"tenant {Name} {what}");
    }
}
