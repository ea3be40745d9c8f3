using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Prediction;

/// <summary>The curve of each class, and how far each request has come.</summary>
internal sealed class SurvivalCurves(double keptPerEnd) : PolicyState
{
    private readonly Dictionary<int, SurvivalCurve> _curves = [];

    // By slot; what is not announced is heard of when it ends.
    private (SurvivalCurve? Curve, int Tokens)[] _slots = new (SurvivalCurve?, int)[16];

    /// <summary>The curve of a class; null before one of its requests has come.</summary>
    public SurvivalCurve? Of(ClassId requestClass) => _curves.GetValueOrDefault(requestClass.Value);

    public override void Arrived(RequestFacts request, int slot)
    {
        if (slot >= _slots.Length) Array.Resize(ref _slots, Math.Max(slot + 1, 2 * _slots.Length));
        _slots[slot] = (CurveOf(request), 0);
    }

    public override void Generated(RequestId request, int slot, int tokens)
    {
        if (slot >= _slots.Length || _slots[slot].Curve is not { } curve) return;
        curve.Expose(_slots[slot].Tokens, tokens);
        _slots[slot].Tokens += tokens;
    }

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        var (curve, heardTokens) = slot < _slots.Length && _slots[slot].Curve is not null ? _slots[slot] : (CurveOf(request), 0);
        if (slot < _slots.Length) _slots[slot] = default;
        if (end.GeneratedTokens > heardTokens) curve!.Expose(heardTokens, end.GeneratedTokens - heardTokens);
        if (end.GeneratedTokens > 0) curve!.End(end);
    }

    private SurvivalCurve CurveOf(RequestFacts request)
    {
        var number = request.Class.Value;
        if (!_curves.TryGetValue(number, out var curve)) _curves.Add(number, curve = new SurvivalCurve(keptPerEnd));
        return curve;
    }
}
