namespace Kantor.Core.Prices;

/// <summary>Where the prices come from that a decision was made by; what a metric shows.</summary>
public enum PriceSource
{
    /// <summary>The state of this moment.</summary>
    Current,

    /// <summary>The last good ones: what came after them was no price.</summary>
    LastGood,

    /// <summary>There are none to go by, so that the order without prices decides.</summary>
    None,
}
