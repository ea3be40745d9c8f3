using Kantor.Bounds.Facts;
using Kantor.Bounds.Work;

namespace Kantor.Bounds.Sharing;

/// <summary>A run of decodes of a request, and when it can be computed if the request is to end by some time.</summary>
/// <param name="Decodes">How many.</param>
/// <param name="ReadUs">Machine time of what they read.</param>
/// <param name="FromUs">Earliest start.</param>
/// <param name="AfterUs">Least time from its end to the request's.</param>
internal readonly record struct DecodeRun(int Decodes, double ReadUs, double FromUs, double AfterUs);

/// <summary>What requests need on one machine whose steps have a fixed part.</summary>
internal sealed class SharedParts(FleetWork work, StepMinorant minorant)
{
    /// <summary>Most runs of decodes of a request.</summary>
    public const int RunsMax = 12;

    private const int DecodesPerRun = 16;
    private const double RoundingUs = 1;
    private readonly WorkRates _reads = minorant.Rates with { PrefillTokenUs = 0, DecodeTokenUs = 0 };

    public StepMinorant Minorant => minorant;

    private int StepTokensMax => work.Fleet.Limits.StepTokensMax;

    /// <summary>Least time from its arrival to its end without what a step takes for its decodes.</summary>
    public double LeastUs(in BoundRequest request) => work.PrefillAloneUs(request) + DecodesFixedUs(request);

    /// <summary>Fixed parts of the steps of its decodes.</summary>
    public double DecodesFixedUs(in BoundRequest request) => minorant.FixedUs * request.Decodes;

    /// <summary>Fixed parts of all its steps.</summary>
    public double FixedUs(in BoundRequest request) =>
        DecodesFixedUs(request) + (minorant.FixedUs * Math.Ceiling(request.FreshTokens / (double)StepTokensMax));

    /// <summary>Most that all steps of its decodes can take for the decodes that are in them.</summary>
    public double BatchUsMax(in BoundRequest request) =>
        request.Decodes * minorant.Rates.DecodeTokenUs * Math.Min(work.Fleet.Limits.RunningMax, StepTokensMax);

    /// <summary>Machine time of its prompt's attention.</summary>
    public double PromptReadUs(in BoundRequest request) => _reads.PrefillUs(request, StepTokensMax);

    /// <summary>Its decodes in runs.</summary>
    public ReadOnlySpan<DecodeRun> Runs(in BoundRequest request, DecodeRun[] room)
    {
        var (count, decodes) = (0, request.Decodes);
        var promptEndUs = request.ArrivalUs + work.PrefillAloneUs(request) - RoundingUs;
        var size = Math.Max(DecodesPerRun, (decodes + RunsMax - 1) / RunsMax);
        for (var from = 1; from <= decodes; from += size)
        {
            var to = Math.Min(decodes, from + size - 1);
            room[count++] = new(
                to - from + 1, _reads.DecodesUs(request, from, to), promptEndUs + work.DecodesAloneUs(request, 1, from - 1),
                work.DecodesAloneUs(request, to + 1, decodes) - RoundingUs);
        }

        return room.AsSpan(0, count);
    }
}
