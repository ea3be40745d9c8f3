namespace Kantor.Core.Requests;

/// <summary>
/// Names one request for its whole life; unique in a run, ascending in order of arrival at the host. Ties in every policy are broken by it.
/// </summary>
public readonly record struct RequestId(long Value) : IComparable<RequestId>
{
    /// <inheritdoc/>
    public int CompareTo(RequestId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Order of arrival.</summary>
    public static bool operator <(RequestId left, RequestId right) => left.Value < right.Value;

    /// <summary>Order of arrival.</summary>
    public static bool operator >(RequestId left, RequestId right) => left.Value > right.Value;

    /// <summary>Order of arrival.</summary>
    public static bool operator <=(RequestId left, RequestId right) => left.Value <= right.Value;

    /// <summary>Order of arrival.</summary>
    public static bool operator >=(RequestId left, RequestId right) => left.Value >= right.Value;
}

/// <summary>A customer whose traffic is counted, limited and cached apart from the others'. The host numbers them from 0.</summary>
public readonly record struct TenantId(int Value);

/// <summary>A traffic class: requests whose lengths and objectives are alike. The host numbers them from 0.</summary>
public readonly record struct ClassId(int Value);

/// <summary>A conversation or agent whose requests follow one another; equal numbers are turns of one.</summary>
public readonly record struct SessionId(long Value);

/// <summary>An adapter (LoRA) on the model; 0 is the base model. The host numbers them.</summary>
public readonly record struct AdapterId(int Value);

/// <summary>
/// A place that serves requests: a replica of a fleet, or the engine in this process. It keeps its number for life and no other ever has
/// it.
/// </summary>
public readonly record struct EndpointId(int Value);
