using Kantor.Bounds.Facts;

namespace Kantor.Bounds.Work;

/// <summary>Least machine time and least duration of what requests need on a fleet.</summary>
internal sealed class FleetWork
{
    private const int Choices = 8;
    private const int SearchSteps = 24;
    private readonly SeparableStepTime _step;
    private readonly StepLattice _lattice;
    private readonly double _prefillStepUs;
    private readonly double _decodeStepUs;

    public FleetWork(FleetFacts fleet)
    {
        fleet.Validate();
        Fleet = fleet;
        _step = SeparableStepTime.Of(fleet.StepTime);
        _lattice = new StepLattice(_step, fleet.Limits);
        _prefillStepUs = _lattice.LeastUs(decodes: false);
        _decodeStepUs = Math.Max(0, Math.Min(_lattice.LeastUs(decodes: true), _lattice.LeastResumedUs(_step.KvTokenUs)));
        PrefillOnly = new WorkRates(_lattice.PrefillTokenUsMax(double.PositiveInfinity), 0, _step.KvTokenUs, _step.AttentionUs);
    }

    public FleetFacts Fleet { get; }

    /// <summary>The minorant that gives prompts all and decodes nothing.</summary>
    public WorkRates PrefillOnly { get; }

    /// <summary>
    /// Minorants from which the best is to be chosen: each divides what every step costs in another way between prompts and decodes.
    /// </summary>
    /// <param name="decodeStepUsMax">
    /// Longest step in which a decode may be that counts, which is the gap that requests want; infinite without.
    /// </param>
    /// <param name="isGapSafe">Whether no step at all may be longer than that: true only of policies that keep every gap.</param>
    /// <param name="heldShare">Share of the shortest step that decodes, 0 to 1, which is divided by KV held instead of by tokens.</param>
    public IReadOnlyList<WorkRates> Rates(double decodeStepUsMax, bool isGapSafe = false, double heldShare = 0)
    {
        var rates = new List<WorkRates>();
        var heldUs = heldShare * Math.Max(0, _lattice.LeastUs(decodes: true));
        var most = _lattice.PrefillTokenUsMax(isGapSafe ? decodeStepUsMax : double.PositiveInfinity);
        if (heldUs > 0) most = Math.Min(most, _lattice.ResumedTokenUsMax(heldUs, decodeStepUsMax));
        for (var choice = 0; choice <= Choices; choice++)
        {
            var prefill = most * choice / Choices;

            // A preempted request may get its next token from a chunk that computes what it lost, two tokens at the least.
            if (prefill < _step.KvTokenUs) continue;
            var decode = Math.Min(_lattice.DecodeTokenUsMax(prefill, heldUs, decodeStepUsMax), (2 * prefill) - _step.KvTokenUs);

            // Of choices with the same decode the one with the larger prefill is the better.
            if (rates.Count > 0 && decode >= rates[^1].DecodeTokenUs * (1 - 1e-12)) rates.RemoveAt(rates.Count - 1);
            if (decode >= 0) rates.Add(new(prefill, decode, _step.KvTokenUs, _step.AttentionUs) { HeldTokenUs = heldUs / Fleet.KvTokens });
        }

        return rates;
    }

    /// <summary>
    /// The minorant with a fixed part that is the highest at a step of so many tokens: the plane that touches the convex hull of all steps
    /// there. The height is concave in the two rates, which are searched one inside the other. Null where reading KV costs more than prompt
    /// tokens do.
    /// </summary>
    public StepMinorant? Minorant(double prefillTokens, double decodes)
    {
        var most = _lattice.PrefillTokenUsMax(double.PositiveInfinity);
        if (most < _step.KvTokenUs) return null;
        var prefill = Highest(_step.KvTokenUs, most, rate => DecodeAt(rate).Height);
        var decode = DecodeAt(prefill).Rate;
        var fixedUs = _lattice.FixedUsMax(prefill, decode);
        return fixedUs < 0 ? null : new StepMinorant(fixedUs, new WorkRates(prefill, decode, _step.KvTokenUs, _step.AttentionUs));

        (double Rate, double Height) DecodeAt(double prefillRate)
        {
            var rateMax = Math.Min(
                _lattice.DecodeTokenUsMax(prefillRate, heldUs: 0, double.PositiveInfinity), (2 * prefillRate) - _step.KvTokenUs);
            if (rateMax < 0) return (0, double.NegativeInfinity);
            var rate = Highest(0, rateMax, Height);
            return (rate, Height(rate));

            double Height(double rate) => _lattice.FixedUsMax(prefillRate, rate) + (prefillRate * prefillTokens) + (rate * decodes);
        }
    }

    private static double Highest(double low, double high, Func<double, double> height)
    {
        for (var attempt = 0; attempt < SearchSteps && low < high; attempt++)
        {
            var (left, right) = (low + ((high - low) / 3), high - ((high - low) / 3));
            (low, high) = height(left) < height(right) ? (left, high) : (low, right);
        }

        return (low + high) / 2;
    }

    /// <summary>Least microseconds from a prompt's first step to its first token.</summary>
    public double PrefillAloneUs(in BoundRequest request)
    {
        var steps = Math.Ceiling(request.FreshTokens / (double)Fleet.Limits.StepTokensMax);
        return Math.Max(steps * _prefillStepUs, PrefillOnly.PrefillUs(request, Fleet.Limits.StepTokensMax));
    }

    /// <summary>Least microseconds of decodes <paramref name="from"/> to <paramref name="to"/>, one step each, both included.</summary>
    public double DecodesAloneUs(in BoundRequest request, int from, int to) =>
        from > to ? 0 : new WorkRates(0, _decodeStepUs, _step.KvTokenUs, 0).DecodesUs(request, from, to);
}
