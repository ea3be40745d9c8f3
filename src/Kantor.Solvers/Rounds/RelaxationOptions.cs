namespace Kantor.Solvers.Rounds;

/// <summary>How a linear program is solved.</summary>
public enum LinearMethod
{
    /// <summary>GLOP: to a corner, with exact prices.</summary>
    Simplex,

    /// <summary>PDLP: by first-order steps, with prices that are nearly right; for programs that are too large for a simplex.</summary>
    FirstOrder,
}

/// <summary>How fine a relaxation is, and how it is solved.</summary>
public sealed record RelaxationOptions
{
    /// <summary>Most buckets of time, at least 1.</summary>
    public int BucketsMax { get; init; } = 120;

    /// <summary>The solver.</summary>
    public LinearMethod Method { get; init; }

    internal RelaxationOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BucketsMax, 1);
        return this;
    }
}
