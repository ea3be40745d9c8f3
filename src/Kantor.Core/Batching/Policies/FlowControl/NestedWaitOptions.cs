using System.Numerics;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>Options of <see cref="NestedWaitPlanner"/>.</summary>
public sealed record NestedWaitOptions
{
    /// <summary>Most segments; outputs beyond the last boundary stay in the last.</summary>
    internal const int SegmentsMax = 24;

    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<NestedWaitOptions>> Keys { get; } =
    [
        Option.Whole<NestedWaitOptions>(
            "first-tokens", 1, 1_000_000, options => options.FirstTokens, (options, tokens) => options with { FirstTokens = tokens },
            "output tokens at which the first segment ends; each is twice as long as all before it"),
        Option.Whole<NestedWaitOptions>(
            "limit", 1, 1_000_000, options => options.Limit, (options, limit) => options with { Limit = limit },
            "requests that start together in the first segment"),
        Option.Number<NestedWaitOptions>(
            "margin", Interval.Above(0, 1), options => options.Margin, (options, margin) => options with { Margin = margin },
            "by how much the limit of a segment is above the share of the one before that survives"),
        Option.Whole<NestedWaitOptions>(
            "patience-steps", 1, 100_000_000, options => options.PatienceSteps,
            (options, steps) => options with { PatienceSteps = steps }, "steps for which a segment may be passed over"),
    ];

    /// <summary>
    /// Output tokens at which the first segment ends, l'(1), at least 1; each segment ends at twice as many as the one before.
    /// </summary>
    public int FirstTokens { get; init; } = 32;

    /// <summary>Requests that start together in the first segment, n(1), at least 1.</summary>
    public int Limit { get; init; } = 4;

    /// <summary>By how much n(k)/n(k − 1) is above the share of survivors, above 0; the ratio is at most 0.99.</summary>
    public double Margin { get; init; } = 0.1;

    /// <summary>Steps for which a segment may be passed over, at least 1.</summary>
    public int PatienceSteps { get; init; } = 64;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(FirstTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PatienceSteps, 1);
        if (!(Margin is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(Margin), Margin, "A margin is above 0 and at most 1.");
    }

    /// <summary>The segment, from 0, in which a request with so many tokens generated computes its next one.</summary>
    internal int SegmentOf(int generatedTokens) => generatedTokens < FirstTokens
        ? 0
        : Math.Min(SegmentsMax - 1, BitOperations.Log2((uint)(generatedTokens / FirstTokens)) + 1);

    /// <summary>Whether a request with so many tokens generated stands at the boundary of its segment.</summary>
    internal bool IsAtBoundary(int generatedTokens) =>
        generatedTokens >= FirstTokens && SegmentOf(generatedTokens) != SegmentOf(generatedTokens - 1);
}
