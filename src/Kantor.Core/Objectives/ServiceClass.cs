using Kantor.Core.Requests;

namespace Kantor.Core.Objectives;

/// <summary>Requests that are worth the same and want the same. Rows name their class by its id, so that a further wish needs no further column.</summary>
public sealed record ServiceClass
{
    /// <summary>The class of requests for which nothing was declared.</summary>
    public static ServiceClass Plain { get; } = new() { Id = default, Name = "default" };

    /// <summary>Its number, which is its place in the list of classes.</summary>
    public required ClassId Id { get; init; }

    /// <summary>Its name in configuration and reports.</summary>
    public required string Name { get; init; }

    /// <summary>What an answer within the objectives is worth, at least 0.</summary>
    public double Value { get; init; } = 1;

    /// <summary>How much its requests count beside those of other classes, above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>What its requests want; nothing by default.</summary>
    public SloSpec Slo { get; init; } = new();

    /// <summary>Microseconds from arrival after which an answer is of no use, at least 1; null for never.</summary>
    public long? DeadlineUs { get; init; }
}
