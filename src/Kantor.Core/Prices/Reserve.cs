namespace Kantor.Core.Prices;

/// <summary>
/// How much of what running requests are believed to need is kept free for them: a share that goes down by what is turned away while room
/// is kept, and up by what is lost where room ran out, until both are worth the same at the margin (a subgradient on the level of
/// overbooking; own derivation). Where beliefs say little, keeping room for them costs more than it saves, and the share falls.
/// </summary>
/// <remarks>Owner: one policy state. O(1), allocates nothing.</remarks>
public sealed class Reserve
{
    // Of the range, by request of mean value: fast enough for some hundred requests, slow enough not to swing with a burst.
    private const double StepShare = 0.02;

    private double _meanValue;

    /// <summary>The share, 0 to 1; all of it at first.</summary>
    public double Share { get; private set; } = 1;

    /// <summary>Something of this value, above 0, was turned away while room was kept.</summary>
    public void TooMuch(double value) => Go(-value);

    /// <summary>Something of this value, above 0, was lost because room ran out.</summary>
    public void TooLittle(double value) => Go(value);

    private void Go(double value)
    {
        if (value == 0 || !double.IsFinite(value)) return;
        _meanValue = _meanValue == 0 ? Math.Abs(value) : _meanValue + (StepShare * (Math.Abs(value) - _meanValue));
        Share = Math.Clamp(Share + (StepShare * value / _meanValue), 0, 1);
    }
}
