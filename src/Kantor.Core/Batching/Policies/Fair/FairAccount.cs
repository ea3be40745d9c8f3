using Kantor.Core.Batching.Parts;

namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>What a tenant has waiting and was charged.</summary>
internal sealed class FairAccount
{
    private double _planned;

    /// <summary>Its waiting rows, preempted ones first.</summary>
    public RowHeap Line { get; } = new();

    /// <summary>Service that it was given, weighted; what it was lifted by included.</summary>
    public double Charged { get; private set; }

    /// <summary>The same with what the plan under way gives it.</summary>
    public double ChargedInPlan => Charged + _planned;

    /// <summary>Service that it may have in all; policies by deficits raise it.</summary>
    public double Allowed { get; set; }

    /// <summary>The last round of <see cref="FairState.Round"/> in which it was given more; 0 before the first.</summary>
    public long Round { get; set; }

    /// <summary>Its first row that the plan does not admit; null when there is none.</summary>
    public int? Head { get; private set; }

    /// <summary>By what that row stands in its line; there is one.</summary>
    public long HeadKey => Line.KeyOf(Head!.Value);

    public void BeginPlan()
    {
        _planned = 0;
        Line.StartReading();
        ReadHead();
    }

    public void PlanHead(double charge)
    {
        _planned += charge;
        ReadHead();
    }

    public void Charge(double service) => Charged += service;

    public void LiftTo(double least) => Charged = Math.Max(Charged, least);

    private void ReadHead() => Head = Line.TryRead(out var row) ? row : null;
}
