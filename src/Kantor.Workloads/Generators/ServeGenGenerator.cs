using System.Globalization;
using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Generators;

/// <summary>What to draw from a <see cref="ServeGenModel"/>.</summary>
public sealed record ServeGenOptions
{
    /// <summary>Start of the part that is drawn, in seconds of the model; it becomes time 0.</summary>
    public double FromS { get; init; }

    /// <summary>End of that part; null for the end of the model.</summary>
    public double? ToS { get; init; }

    /// <summary>Arrivals this many times as dense: the law of the gaps stays, its scale shrinks; above 0.</summary>
    public double RateScale { get; init; } = 1;

    /// <summary>Requests at most, the first in order of arrival.</summary>
    public int RequestsMax { get; init; } = 10_000_000;

    /// <summary>Prompts of clients whose lengths are not in the archive; null when there must be none.</summary>
    public LengthLaw? PromptOtherwise { get; init; }

    /// <summary>Outputs of clients whose lengths are not in the archive; null when there must be none.</summary>
    public LengthLaw? OutputOtherwise { get; init; }
}

/// <summary>
/// Draws a trace from ServeGen's client models: a client's gaps follow the law of the window of 600 s that they begin in, at its rate;
/// input and output are independent, as they are in the model, and at least 1 token. Content is unknown; the tenant is the client.
/// </summary>
public static class ServeGenGenerator
{
    /// <summary>The trace of a seed. Each client has random streams of its own number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="TraceException">Clients have no lengths and none are given, or nothing arrives.</exception>
    public static IReadOnlyList<TraceRequest> Draw(ServeGenModel model, ServeGenOptions options, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RequestsMax, 1, nameof(options));
        if (options.RateScale is not > 0 || !double.IsFinite(options.RateScale))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.RateScale, "A rate scale is above 0 and finite.");
        }

        var bare = model.Clients.Count(client => client.Lengths.Count == 0);
        if (bare > 0 && (options.PromptOtherwise is null || options.OutputOtherwise is null))
        {
            throw new TraceException($"{bare} of {model.Clients.Count} clients have no lengths in the archive; "
                + "give laws of prompt and output lengths for them.");
        }

        var waiting = new PriorityQueue<IEnumerator<TraceRequest>, (long, int)>();
        foreach (var (index, client) in model.Clients.Index()) Advance(Requests(client, options, seed).GetEnumerator(), index);
        var trace = new List<TraceRequest>();
        while (trace.Count < options.RequestsMax && waiting.TryDequeue(out var next, out var key))
        {
            trace.Add(next.Current);
            Advance(next, key.Item2);
        }

        return trace.Count > 0 ? trace : throw new TraceException("no request arrives in that part of the model; draw a longer one.");

        void Advance(IEnumerator<TraceRequest> stream, int index)
        {
            if (stream.MoveNext()) waiting.Enqueue(stream, (stream.Current.ArrivalUs, index));
        }
    }

    private static IEnumerable<TraceRequest> Requests(ServeGenClient client, ServeGenOptions options, ulong seed)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"client-{client.Number}");
        var (arrivals, inputs, outputs) = (Stream("arrivals"), Stream("inputs"), Stream("outputs"));
        // Gaps are counted in mean gaps of the window that they pass through, so that one may reach over the end of a window.
        double? left = null;
        foreach (var window in client.Windows)
        {
            var fromS = Math.Max(window.StartS, options.FromS);
            var toS = Math.Min(window.StartS + ServeGenModel.WindowS, options.ToS ?? double.PositiveInfinity);
            var ratePerS = window.RatePerS * options.RateScale;
            var meanGaps = Math.Max(0, toS - fromS) * ratePerS;
            if (meanGaps == 0) continue;
            var next = left ?? UnitGap(window, arrivals);
            for (; next < meanGaps; next += UnitGap(window, arrivals))
            {
                var atS = fromS + (next / ratePerS);
                var lengths = client.LengthsAt(atS);
                var prompt = lengths?.Inputs.Sum(part => part.Draw(inputs)) ?? options.PromptOtherwise!.Draw(inputs);
                var output = (lengths?.Output ?? options.OutputOtherwise!).Draw(outputs);
                yield return new TraceRequest(
                    (long)((atS - options.FromS) * 1e6), Math.Max(1, prompt), Math.Max(1, output))
                { Tenant = name };
            }

            left = next - meanGaps;
        }

        RandomStream Stream(string what) => new(seed, $"servegen {name} {what}");
    }

    /// <summary>A gap of mean 1.</summary>
    private static double UnitGap(ServeGenWindow window, RandomStream random) => window.Law switch
    {
        ServeGenLaw.Gamma => Draws.Gamma(random, window.Shape) / window.Shape,
        ServeGenLaw.Weibull => Draws.Weibull(random, window.Shape) / Math.Exp(Draws.LogGamma(1 + (1 / window.Shape))),
        _ => Draws.Exponential(random),
    };
}
