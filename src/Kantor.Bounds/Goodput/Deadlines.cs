using Kantor.Bounds.Facts;
using Kantor.Bounds.Work;
using Kantor.Core.Objectives;

namespace Kantor.Bounds.Goodput;

/// <summary>Limits of an objective in microseconds; infinite where there is none.</summary>
internal readonly record struct Deadlines(double TtftUs, double GapUs, double TpotUs, double E2eUs)
{
    public static Deadlines Of(SloSpec slo) => new(Or(slo.TtftUsMax), Or(slo.GapUsMax), Or(slo.TpotUsMax), Or(slo.E2eUsMax));

    private static double Or(long? us) => us ?? double.PositiveInfinity;
}

/// <summary>
/// When the parts of a request can be computed by any schedule that keeps its objectives (docs/bounds.md, section 3.2). A microsecond of
/// rounding is given away at both ends.
/// </summary>
internal readonly struct RequestWindows
{
    private const double RoundingUs = 1;
    private readonly BoundRequest _request;
    private readonly FleetWork _work;
    private readonly double _gapUs;
    private readonly double _prefillEndUs;
    private readonly double _endByUs;

    public RequestWindows(in BoundRequest request, FleetWork work, in Deadlines limits)
    {
        (_request, _work, _gapUs) = (request, work, limits.GapUs);
        var decodesUs = work.DecodesAloneUs(request, 1, request.Decodes);
        _prefillEndUs = request.ArrivalUs + work.PrefillAloneUs(request);
        FirstByUs = request.ArrivalUs + Math.Min(limits.TtftUs, limits.E2eUs - decodesUs) + RoundingUs;
        var decodes = request.Decodes;
        _endByUs = request.ArrivalUs + limits.E2eUs + RoundingUs;
        if (decodes > 0) _endByUs = Math.Min(_endByUs, FirstByUs + (decodes * Math.Min(limits.GapUs, limits.TpotUs)));
        IsReachable = FirstByUs >= _prefillEndUs && (decodes == 0
            || (work.DecodesAloneUs(request, decodes, decodes) <= limits.GapUs && decodesUs <= (decodes * limits.TpotUs) + RoundingUs));
    }

    /// <summary>Whether an empty replica could keep the objectives.</summary>
    public bool IsReachable { get; }

    /// <summary>Latest first token.</summary>
    public double FirstByUs { get; }

    /// <summary>Earliest start of the step of a decode, counted from 1.</summary>
    public double DecodeFromUs(int decode) => _prefillEndUs + _work.DecodesAloneUs(_request, 1, decode - 1) - RoundingUs;

    /// <summary>Latest end of the step of a decode; infinite without a limit.</summary>
    public double DecodeByUs(int decode) =>
        Math.Min(FirstByUs + (decode * _gapUs), _endByUs - _work.DecodesAloneUs(_request, decode + 1, _request.Decodes));
}
