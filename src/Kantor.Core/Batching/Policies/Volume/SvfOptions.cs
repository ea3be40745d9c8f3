namespace Kantor.Core.Batching.Policies.Volume;

/// <summary>Options of <see cref="SvfPlanner"/>.</summary>
public sealed record SvfOptions
{
    /// <summary>
    /// Volume by which a step of waiting makes a request count smaller, as a share of what the pool offers in a step (its tokens); null for
    /// no aging, with which large requests can starve. A request of volume V is overtaken by nobody who arrives more than V / (share · pool)
    /// steps after it.
    /// </summary>
    public double? AgingShare { get; init; } = 0.01;

    /// <summary>Whether later requests may start before the first one that does not fit, as long as they do not delay its start.</summary>
    public bool Backfilling { get; init; } = true;

    /// <summary>Most requests behind the blocked one that are looked at in a step, at least 1.</summary>
    public int BackfillDepth { get; init; } = 32;

    /// <summary>Most backfilled requests that one blocked request lets pass, at least 1; beliefs may be wrong, patience must end.</summary>
    public int OvertakesMax { get; init; } = 256;

    /// <summary>Whether memory is planned for the upper belief about lengths rather than for the mean.</summary>
    public bool PlansForUpperBelief { get; init; }

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (AgingShare is { } share && !(share is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(AgingShare), share, "The aging share is above 0 and at most 1; null switches aging off.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(BackfillDepth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(OvertakesMax, 1);
    }
}
