using Kantor.Core.Requests;

namespace Kantor.Core.Objectives;

/// <summary>
/// Requests that are worth the same and want the same. Rows name their class by its id, so that a further wish needs no further column.
/// </summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name in configuration and reports.</param>
/// <param name="Weight">How much its requests count beside those of other classes, above 0.</param>
/// <param name="Slo">What its requests want: first token, gaps, mean gap and end.</param>
public sealed record ServiceClass(ClassId Id, string Name, double Weight, SloSpec Slo)
{
    /// <summary>
    /// What an answer within the objectives is worth, at least 0: the weight, unless the objective pays for something else.
    /// </summary>
    public double Value { get; init; } = Weight;

    /// <summary>What a second until the first token takes off, at least 0; 0 unless the objective counts that latency.</summary>
    public double FirstTokenRate { get; init; }

    /// <summary>What a second until the end takes off, at least 0; 0 unless the objective counts that latency.</summary>
    public double EndRate { get; init; }
}
