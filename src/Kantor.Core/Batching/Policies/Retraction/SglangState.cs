using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.Retraction;

/// <summary>What <see cref="SglangPlanner"/> remembers beside the queue: for which share of declared outputs it keeps room.</summary>
internal sealed class SglangState(SglangOptions options) : OrderedState
{
    private readonly double _decay = (options.RatioFirst - options.RatioMin) / options.DecaySteps;

    /// <summary>Share of what running requests may still generate for which room is kept.</summary>
    public double Ratio { get; private set; } = options.RatioFirst;

    /// <summary>Tokens that the plan under way may still give room to; running requests' share is taken off.</summary>
    public double TokensLeft { get; set; }

    public void Decay(int steps) => Ratio = Math.Max(options.RatioMin, Ratio - (steps * _decay));

    /// <summary>After a retraction room is kept for more.</summary>
    public void Raise(double ratio) => Ratio = Math.Min(1, ratio);

    public override void Repeated(int steps)
    {
        base.Repeated(steps);
        Decay(steps);
    }
}
