using System.Globalization;
using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Generators;

/// <summary>
/// Adapters (LoRA) that requests ask for: adapter k of n with a probability in proportion to k^−<paramref name="ZipfExponent"/>. All turns
/// of a session ask for the same one.
/// </summary>
/// <param name="Count">Adapters, at least 1.</param>
/// <param name="ZipfExponent">Skew of popularity, at least 0; 0 for none.</param>
/// <param name="BaseShare">Share of requests, or of sessions, that ask for the base model, 0 to 1.</param>
public sealed record AdapterPopularity(int Count, double ZipfExponent, double BaseShare)
{
    /// <summary>
    /// The same requests, each with its adapter. Whom a request gets does not depend on how requests are spread over time.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public IEnumerable<TraceRequest> Assign(IEnumerable<TraceRequest> requests, ulong seed)
    {
        Validate();
        return Assigned(requests, new RandomStream(seed, "adapters"));
    }

    private void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Count, 1);
        if (ZipfExponent is not >= 0 || !double.IsFinite(ZipfExponent))
        {
            throw new ArgumentOutOfRangeException(nameof(ZipfExponent), ZipfExponent, "The exponent is at least 0 and finite.");
        }

        if (BaseShare is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(BaseShare), BaseShare, "A share is 0 to 1.");
    }

    private IEnumerable<TraceRequest> Assigned(IEnumerable<TraceRequest> requests, RandomStream random)
    {
        var cumulative = new double[Count];
        var total = 0.0;
        for (var adapter = 0; adapter < Count; adapter++) cumulative[adapter] = total += Math.Pow(adapter + 1, -ZipfExponent);
        var ofSession = new Dictionary<string, string?>();
        foreach (var request in requests)
        {
            if (request.Turn?.SessionId is not { } session) yield return request with { Adapter = Draw(cumulative, random) };
            else if (ofSession.TryGetValue(session, out var same)) yield return request with { Adapter = same };
            else yield return request with { Adapter = ofSession[session] = Draw(cumulative, random) };
        }
    }

    private string? Draw(double[] cumulative, RandomStream random) => random.NextDouble() < BaseShare
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"adapter-{Choice.Draw(cumulative, random) + 1}");
}
